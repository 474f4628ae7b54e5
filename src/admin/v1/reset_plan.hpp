#pragma once
// What a reset of a group's offsets means, partition by partition. Pure: what there is goes in, what shall be comes
// out.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/error.hpp"

namespace wharf::v1 {

enum class ResetTo : std::uint8_t { kEarliest, kLatest, kTime, kShift, kOffset, kPlaces };

using PlaceName = std::pair<std::string, std::int32_t>;  // topic and partition

struct OffsetReset {
  ResetTo to = ResetTo::kEarliest;
  std::int64_t number = 0;  // of kTime milliseconds, of kShift messages, of kOffset the offset
  std::vector<std::pair<std::string, std::vector<std::int32_t>>> topics;  // no partitions: all; none: what is committed
  std::map<PlaceName, std::optional<std::int64_t>> places;
};

/// A partition on its way to another offset.
struct OffsetChange {
  PlaceName place;
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> after;
  std::int64_t start = 0;
  std::int64_t high_watermark = 0;

  void move_to(std::int64_t offset);  // or to the nearer end of the partition
};

/// Fills in `after`, but for kTime, which has to be looked up. kInvalidArgument: a shift of what is not committed.
Result<void> plan(const OffsetReset& reset, std::vector<OffsetChange>& changes);

}  // namespace wharf::v1
