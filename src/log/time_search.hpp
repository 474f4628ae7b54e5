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

/// The first record at or after `time` with an offset in [from, below); none when the segment has none. Damaged batches are
/// stepped over.
Result<std::optional<TimestampedOffset>> find_by_time(const SegmentView& segment, Timestamp time, Offset from, Offset below);

/// The same in a batch in memory.
Result<std::optional<TimestampedOffset>> find_by_time(const BatchView& batch, Timestamp time, Offset from);

/// The largest timestamp of a closed segment, from its time index if that is right, else by reading it all.
Result<MaxTimestamp> find_max_timestamp(const SegmentView& segment);

}  // namespace wharf::log
