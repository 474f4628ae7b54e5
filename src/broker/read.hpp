#pragma once
// Port: records out of partitions, by offset; and questions about offsets.
#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/stream.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct ReadPart {
  PartitionId partition;
  Offset from;
  std::size_t max_bytes = 0;
};

/// Answers to one part. The marks are valid even where `failure` is set, unless the partition is not here.
struct ReadOutcome {
  std::optional<Error> failure;
  std::optional<Offset> behind_damage;  // of a kDamaged failure: the records from here on can be read again
  Offset high_watermark{-1};
  Offset last_stable{-1};
  Offset log_start{-1};
  std::vector<runtime::OutPiece> pieces;
  std::size_t bytes = 0;
  bool has_more = false;      // below the high watermark, behind them
  std::uint64_t records = 0;  // in the pieces; counts offsets where they are a range of a file
};

struct ReadLimits {
  std::size_t min_bytes = 0;       // wait for this many, over all parts...
  std::size_t max_bytes = 0;       // stop filling parts beyond this many; the first batch is given whole anyway (KIP-74)
  MonotonicTime deadline;          // ...until then
  std::stop_token stop;            // ...or until nobody wants the answer any more
};

struct PartitionMarks {
  Offset log_start;
  Offset high_watermark;
  Offset last_stable;
  Offset log_end;
  LeaderEpoch leader_epoch;     // in which records are taken now
  LeaderEpoch log_start_epoch;  // of the record at log_start
};

struct FoundOffset {
  Offset offset{-1};
  Timestamp timestamp = kNoTimestamp;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

class Read {
 public:
  virtual ~Read() = default;
  /// One outcome per part, in order; at least one whole batch where any part has data. Returns early when a part fails.
  virtual runtime::Task<std::vector<ReadOutcome>> read(runtime::Shard& here, std::vector<ReadPart> parts, ReadLimits limits) = 0;
  /// Returns when the partition has gone away, or nobody wants to know any more.
  virtual runtime::Task<void> until_gone(runtime::Shard& here, PartitionId partition, std::stop_token stop) = 0;
  virtual runtime::Task<Result<PartitionMarks>> marks(runtime::Shard& here, PartitionId partition) = 0;
  /// The first record at or after `time`; offset -1 when there is none.
  virtual runtime::Task<Result<FoundOffset>> find_time(runtime::Shard& here, PartitionId partition, Timestamp time) = 0;
  /// The record with the highest timestamp; offset -1 when the partition is empty.
  virtual runtime::Task<Result<FoundOffset>> find_max_timestamp(runtime::Shard& here, PartitionId partition) = 0;
  /// The epoch at or below `epoch` and its end offset (KIP-101); offset -1 when unknown.
  virtual runtime::Task<Result<FoundOffset>> end_of_epoch(runtime::Shard& here, PartitionId partition, LeaderEpoch epoch) = 0;
};

}  // namespace wharf::broker
