#pragma once
// Where in a partition: the words of --from and of `wharf group reset-offsets`.
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/error.hpp"

namespace wharf::cli {

struct PositionSpec {
  enum class Kind : std::uint8_t { kBeginning, kEnd, kOffset, kBeforeEnd, kTime };
  Kind kind = Kind::kBeginning;
  std::int64_t value = 0;  // an offset, a number of records before the end, or milliseconds since 1970 UTC

  friend bool operator==(const PositionSpec&, const PositionSpec&) = default;
};

/// "beginning", "end", "1200" (an offset), "-10" (so many before the end), or a time. Errors: kInvalidArgument.
Result<PositionSpec> parse_position(std::string_view text);

/// "2026-01-31T12:00:00Z" (UTC; seconds may have a fraction; a date alone is its midnight) or "@1769860800000"
/// (milliseconds since 1970). Errors: kInvalidArgument.
Result<std::int64_t> parse_time_ms(std::string_view text);

/// The offset in a partition that holds [first, next). `at_time`: of the first record at or after the time, if there is
/// one.
std::int64_t resolve_position(const PositionSpec& spec, std::int64_t first, std::int64_t next,
                              std::optional<std::int64_t> at_time);

}  // namespace wharf::cli
