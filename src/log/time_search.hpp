#pragma once
// ListOffsets by time inside one segment: the time index, then records. Blocking: work pool.
#include <optional>

#include "log/segment.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::log {

struct TimestampedOffset {
  Offset offset;
  Timestamp timestamp;
  LeaderEpoch leader_epoch;
};

/// Whether the marks of transactions are looked at: largest timestamps are theirs, too.
enum class Marks : std::uint8_t { kSkipped, kCounted };

/// The first record at or after `time` with an offset in [from, below); none when the segment has none. Damaged batches are
/// stepped over.
Result<std::optional<TimestampedOffset>> find_by_time(const SegmentView& segment, Timestamp time, Offset from, Offset below,
                                                      Marks marks);

/// The same in a batch in memory.
Result<std::optional<TimestampedOffset>> find_by_time(const BatchView& batch, Timestamp time, Offset from, Marks marks);

/// The largest timestamp of a closed segment, from its time index if that is right, else by reading it all.
Result<MaxTimestamp> find_max_timestamp(const SegmentView& segment);

/// The largest timestamp of the records at or above `from`, which it reads; kNoTimestamp: there is none.
Result<Timestamp> find_max_timestamp(const SegmentView& segment, Offset from);
Timestamp max_timestamp(const BatchView& batch, Offset from);

}  // namespace wharf::log
