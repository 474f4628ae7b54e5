#pragma once
// The kinds of value a setting has, and how each is read from and printed as text. Used by the server's keys (units
// allowed: "64MiB", "7d") and by topic settings (bare numbers only, as Kafka's clients send them).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/endpoint.hpp"
#include "model/error.hpp"

namespace wharf::config {

/// "true" or "false" in any case, as Kafka reads it.
Result<bool> parse_bool(std::string_view text);
/// A decimal integer with an optional sign; nothing else around it.
Result<std::int64_t> parse_integer(std::string_view text);
/// A decimal number such as 0.5 or 1e-3. Neither infinite nor NaN.
Result<double> parse_ratio(std::string_view text);
/// Bytes: a bare number, or one with KiB, MiB, GiB or TiB. Suffixes of powers of ten are refused rather than guessed
/// at.
Result<std::int64_t> parse_bytes(std::string_view text);
/// Milliseconds: a bare number, or one with ms, s, m, h or d.
Result<std::int64_t> parse_duration_ms(std::string_view text);
/// `host:port` or `[v6]:port`. Port 0 asks for any free one.
Result<Endpoint> parse_endpoint(std::string_view text);
/// Items between commas, blanks around them dropped; an empty text is an empty list.
std::vector<std::string> parse_list(std::string_view text);

/// The largest unit that says it exactly: 1GiB, 1536KiB, 10; negative numbers as they are.
std::string print_bytes(std::int64_t bytes);
/// The largest unit that says it exactly: 7d, 90m, 1500ms; negative numbers as they are.
std::string print_duration(std::int64_t ms);
/// As Java prints a double: always with a point (0.5, 1.0).
std::string print_ratio(double ratio);

/// `text` without blanks at both ends.
std::string_view trimmed(std::string_view text);

/// The candidate that `name` was probably meant to be; none when nothing is near.
std::optional<std::string_view> nearest_name(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace wharf::config
