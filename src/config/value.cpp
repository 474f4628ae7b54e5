#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace wharf::config {
namespace {

struct Suffix {
  std::string_view text;
  std::int64_t factor;
};

// Each from the largest: printing takes the first that divides.
constexpr std::array<Suffix, 4> kByteSuffixes{
    {{"TiB", 1ll << 40}, {"GiB", 1ll << 30}, {"MiB", 1ll << 20}, {"KiB", 1ll << 10}}};
constexpr std::array<Suffix, 5> kTimeSuffixes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& at : out) {
    if (at >= 'A' && at <= 'Z') at = static_cast<char>(at - 'A' + 'a');
  }
  return out;
}

/// A number and its suffix; `wanted` is what the error says.
Result<std::int64_t> parse_with_suffix(std::string_view text, std::span<const Suffix> suffixes,
                                       std::string_view wanted) {
  const std::string_view number = trimmed(text);
  const std::size_t end = number.find_first_not_of("+-0123456789");
  const std::string_view unit = end == std::string_view::npos ? "" : trimmed(number.substr(end));
  const Result<std::int64_t> count = parse_integer(number.substr(0, end));
  if (!count) return fail(ErrorCode::kInvalidArgument, fmt::format("must be {}", wanted));
  if (unit.empty()) return count;
  for (const Suffix& suffix : suffixes) {
    if (unit != suffix.text) continue;
    if (*count < 0) return fail(ErrorCode::kInvalidArgument, "must not be negative with a unit");
    if (*count > std::numeric_limits<std::int64_t>::max() / suffix.factor) {
      return fail(ErrorCode::kInvalidArgument, "is too large");
    }
    return *count * suffix.factor;
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("must be {}", wanted));
}

std::string print_with_suffix(std::int64_t value, std::span<const Suffix> suffixes) {
  if (value > 0) {
    for (const Suffix& suffix : suffixes) {
      if (value % suffix.factor == 0) return fmt::format("{}{}", value / suffix.factor, suffix.text);
    }
  }
  return fmt::format("{}", value);
}

/// Levenshtein's distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

Result<bool> parse_bool(std::string_view text) {
  const std::string word = lower(trimmed(text));
  if (word == "true") return true;
  if (word == "false") return false;
  return fail(ErrorCode::kInvalidArgument, "must be true or false");
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return fail(ErrorCode::kInvalidArgument, "is too large");
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return fail(ErrorCode::kInvalidArgument, "must be a whole number");
  }
  return value;
}

Result<double> parse_ratio(std::string_view text) {
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    return fail(ErrorCode::kInvalidArgument, "must be a number such as 0.5");
  }
  return value;
}

Result<std::int64_t> parse_bytes(std::string_view text) {
  return parse_with_suffix(text, kByteSuffixes, "a number of bytes, or one with KiB, MiB, GiB or TiB");
}

Result<std::int64_t> parse_duration_ms(std::string_view text) {
  return parse_with_suffix(text, kTimeSuffixes, "a number of milliseconds, or one with ms, s, m, h or d");
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto refused = [] { return fail(ErrorCode::kInvalidArgument, "must be host:port or [ipv6]:port"); };
  std::string_view rest = trimmed(text);
  std::string_view host;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return refused();
    host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    if (host.find(':') == std::string_view::npos || !rest.starts_with(':')) return refused();
  } else {
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos) return refused();
    host = rest.substr(0, colon);
    rest.remove_prefix(colon);
    if (host.find_first_of(":[]") != std::string_view::npos) return refused();
  }
  rest.remove_prefix(1);
  if (host.empty() || host.find_first_of(" \t/@") != std::string_view::npos) return refused();
  if (rest.empty() || rest.find_first_not_of("0123456789") != std::string_view::npos) return refused();
  const Result<std::int64_t> port = parse_integer(rest);
  if (!port || *port > 65'535) return fail(ErrorCode::kInvalidArgument, "has a port above 65535");
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> items;
  std::string_view rest = trimmed(text);
  if (rest.empty()) return items;
  while (true) {
    const std::size_t comma = rest.find(',');
    items.emplace_back(trimmed(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    rest.remove_prefix(comma + 1);
  }
}

std::string print_bytes(std::int64_t bytes) {
  return print_with_suffix(bytes, kByteSuffixes);
}

std::string print_duration(std::int64_t ms) {
  return print_with_suffix(ms, kTimeSuffixes);
}

std::string print_ratio(double ratio) {
  std::string text = fmt::format("{}", ratio);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::optional<std::string_view> nearest_name(std::string_view name, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLongestName = 100;  // names come from outside; the distance costs their product
  if (name.size() > kLongestName) return std::nullopt;
  const std::string wanted = lower(name);
  std::optional<std::string_view> best;
  std::size_t fewest = 1 + std::max<std::size_t>(2, name.size() / 3);
  for (const std::string_view candidate : candidates) {
    const std::size_t edits = edits_between(wanted, candidate);
    if (edits < fewest) fewest = edits, best = candidate;
  }
  return best;
}

}  // namespace wharf::config
