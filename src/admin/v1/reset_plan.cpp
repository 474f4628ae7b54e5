#include "admin/v1/reset_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wharf::v1 {
namespace {

/// Without passing the largest number.
std::int64_t shifted(std::int64_t offset, std::int64_t by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(offset, by, &sum)) return by < 0 ? 0 : std::numeric_limits<std::int64_t>::max();
  return sum;
}

}  // namespace

void OffsetChange::move_to(std::int64_t offset) {
  after = std::clamp(offset, start, high_watermark);
}

Result<void> plan(const OffsetReset& reset, std::vector<OffsetChange>& changes) {
  for (OffsetChange& change : changes) {
    switch (reset.to) {
      case ResetTo::kEarliest:
        change.after = change.start;
        break;
      case ResetTo::kLatest:
        change.after = change.high_watermark;
        break;
      case ResetTo::kTime:
        break;
      case ResetTo::kShift:
        if (!change.before) {
          return fail(ErrorCode::kInvalidArgument, fmt::format("by: nothing is committed of partition {} of {}",
                                                               change.place.second, change.place.first));
        }
        change.move_to(shifted(*change.before, reset.number));
        break;
      case ResetTo::kOffset:
        change.move_to(reset.number);
        break;
      case ResetTo::kPlaces: {
        const std::optional<std::int64_t>& wanted = reset.places.at(change.place);
        if (wanted) change.move_to(*wanted);
        break;
      }
    }
  }
  return {};
}

}  // namespace wharf::v1
