#include "cli/position_spec.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/iso_time.hpp"
#include "model/number_text.hpp"

namespace wharf::cli {

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
  std::optional<Timestamp> time = read_iso_time(text);
  if (!time) return refuse();
  return time->ms;
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
