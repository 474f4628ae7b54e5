#pragma once
// Offsets and ranges of them as the state logs of queues and schedules write them: zigzag varints, gaps between ranges.
#include <cstdint>
#include <vector>

#include "model/record_varint.hpp"
#include "queue/core/offset_ranges.hpp"

namespace wharf::queue {

/// Offsets stay within what 62 bits hold, so that sums of two do not overflow.
inline constexpr std::int64_t kMostOffset = std::int64_t{1} << 62;
inline bool is_plausible_offset(std::int64_t value) {
  return value >= 0 && value <= kMostOffset;
}

void put_number(std::vector<std::byte>& out, std::int64_t value);
/// (gap varint, count varint)*, gaps from the end of the range before; `ranges` in any order.
std::vector<std::byte> encoded_ranges(std::vector<OffsetRange> ranges);
/// Adds all that `entry` holds. False: they cannot be offsets; `into` has what came before.
bool read_ranges(FieldCursor& entry, OffsetRanges& into);

}  // namespace wharf::queue
