#pragma once
// What a schedule's state log says, record by record: up to which message each bucket's are out, and which were
// cancelled. A snapshot says all of it at once.
//
//   version u8 = 1 | kind u8 (1 change, 2 snapshot) | entries: tag u8, level u8, number u32, generation u32, length
//   varint, then
//     1 fired: due varint (milliseconds since 1970), offset varint: this message and all that are due before it, or
//     with it and
//       arrived before it, are out; offset -1: only those that are due before
//     2 cancelled, or out though one that is due before is not: (gap varint, count varint)*, gaps from the end of the range before
#include <map>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "queue/core/offset_ranges.hpp"
#include "queue/core/schedule_bucket.hpp"

namespace wharf::queue {

/// A message's place in the order of a bucket.
struct DueKey {
  Timestamp due{-1};
  Offset offset{-1};
  friend constexpr auto operator<=>(const DueKey&, const DueKey&) = default;
};

struct BucketState {
  DueKey fired;  // it and all before it
  OffsetRanges cancelled;
};

struct ScheduleChange {
  struct OfBucket {
    std::optional<DueKey> fired;
    std::vector<OffsetRange> cancelled;
  };
  bool is_snapshot = false;
  std::map<BucketId, OfBucket> buckets;
  bool empty() const { return buckets.empty() && !is_snapshot; }
};

std::vector<std::byte> encode(const ScheduleChange& change);
/// kMalformed, kUnsupportedVersion: the state is as it was.
Result<void> apply_schedule_record(ByteView record, std::map<BucketId, BucketState>& buckets);

}  // namespace wharf::queue
