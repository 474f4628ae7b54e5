#include "cli/position_spec.hpp"

#include <algorithm>
#include <ctime>
#include <string>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::cli {
namespace {

/// ".25" as 250.
std::optional<std::int64_t> fraction_ms(std::string_view text) {
  if (text.size() < 2 || text.front() != '.') return std::nullopt;
  std::int64_t ms = 0, unit = 100;
  for (char digit : text.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    ms += unit * (digit - '0');
    unit /= 10;
  }
  return ms;
}

}  // namespace

Result<std::int64_t> parse_time_ms(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no time, such as 2026-01-31T12:00:00Z or @1769860800000", text));
  };
  if (text.starts_with('@')) {
    const auto ms = parse_number<std::int64_t>(text.substr(1));
    if (!ms || *ms < 0) return refuse();
    return *ms;
  }
  const std::string whole(text);
  std::tm parts{};
  const char* rest = ::strptime(whole.c_str(), "%Y-%m-%d", &parts);
  if (rest == nullptr) return refuse();
  std::int64_t ms = 0;
  if (*rest != '\0') {
    rest = ::strptime(rest, "T%H:%M:%S", &parts);
    if (rest == nullptr) return refuse();
    std::string_view left(rest);
    if (left.ends_with('Z')) left.remove_suffix(1);
    const auto fraction = left.empty() ? std::optional<std::int64_t>(0) : fraction_ms(left);
    if (!fraction) return refuse();
    ms = *fraction;
  }
  // A day that the month does not have comes back as another one.
  const std::tm asked = parts;
  const std::time_t seconds = ::timegm(&parts);
  if (seconds < 0 || parts.tm_mday != asked.tm_mday || parts.tm_mon != asked.tm_mon) return refuse();
  return std::int64_t{seconds} * 1000 + ms;
}

Result<PositionSpec> parse_position(std::string_view text) {
  using Kind = PositionSpec::Kind;
  if (text == "beginning") return PositionSpec{Kind::kBeginning};
  if (text == "end") return PositionSpec{Kind::kEnd};
  if (const auto offset = parse_number<std::int64_t>(text)) {
    if (*offset >= 0 && !text.starts_with('-')) return PositionSpec{Kind::kOffset, *offset};
    if (*offset < 0 && *offset > -(std::int64_t{1} << 60)) return PositionSpec{Kind::kBeforeEnd, -*offset};
  }
  if (Result<std::int64_t> time = parse_time_ms(text)) return PositionSpec{Kind::kTime, *time};
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format(
          "'{}' is neither 'beginning' nor 'end', no offset, no -N (so many before the end) and no time, such as "
          "2026-01-31T12:00:00Z or @1769860800000",
          text));
}

std::int64_t resolve_position(const PositionSpec& spec, std::int64_t first, std::int64_t next,
                              std::optional<std::int64_t> at_time) {
  switch (spec.kind) {
    case PositionSpec::Kind::kBeginning:
      return first;
    case PositionSpec::Kind::kEnd:
      return next;
    case PositionSpec::Kind::kOffset:
      return spec.value;
    case PositionSpec::Kind::kBeforeEnd:
      return std::max(first, next - spec.value);
    case PositionSpec::Kind::kTime:
      return at_time.value_or(next);
  }
  return first;
}

}  // namespace wharf::cli
