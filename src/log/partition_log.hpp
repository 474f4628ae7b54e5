#pragma once
// The log of one partition: record batches of format v2 in segments, at offsets that are dense from 0 (compaction leaves
// gaps). Batches are stored byte for byte as received but for base offset and leader epoch, which lie outside their checksum.
//
//   log start <= high watermark <= log end.  Readers see [log start, high watermark). Both limits only rise.
//
// Belongs to one shard's LogStore (log/log_store.hpp), which appends, flushes, trims and compacts; everyone else on that
// shard reads. A pointer to it stays good until LogStore::remove.
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "log/log_config.hpp"
#include "log/log_statistics.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/stream.hpp"

namespace wharf::log {

/// Whole batches of a producer, one after the other, on their way into a log. `bytes` is the log's to stamp in place
/// (base offset, leader epoch, append time); `owner` keeps it alive.
struct OwnedBatches {
  std::shared_ptr<std::byte[]> owner;
  MutableBytes bytes;
};

struct AppendContext {
  LeaderEpoch leader_epoch;     // stamped into every batch; at least the log's latest
  Timestamp now;                // wall clock: LogAppendTime, timestamp bounds, age of producer ids
  bool from_client = true;      // false: our own records: no sequence checks, no timestamp bounds
  bool allow_control = false;   // control batches (transaction markers)
};

struct Appended {
  Offset first;                               // the records are [first, next)
  Offset next;
  Timestamp log_append_time = kNoTimestamp;   // set for LogAppendTime topics
  bool duplicate = false;                     // of a batch already here: first and next are the original's, nothing was written
};

/// Whole batches, the first of which holds the offset asked for (and may begin below it).
struct ReadResult {
  std::vector<runtime::OutPiece> pieces;      // memory, or ranges of segment files for sendfile
  std::size_t bytes = 0;                      // of all pieces; 0: nothing there yet
};

struct TimestampedOffset {
  Offset offset;
  Timestamp timestamp;
  LeaderEpoch leader_epoch;
};

/// Answer of OffsetForLeaderEpoch: the largest epoch not above the one asked for, and where it ended.
struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset{-1};
};

/// A row of DescribeProducers.
struct ProducerSummary {
  ProducerId id;
  ProducerEpoch epoch;
  std::int32_t last_sequence = -1;
  Timestamp last_timestamp;
};

/// Stored offsets that cannot be served: [first, next) of a batch whose checksum does not match, or of a lost file.
struct DamagedRange {
  Offset first;
  Offset next;
};

class PartitionLog {
 public:
  PartitionId id() const;
  const LogConfig& config() const;

  Offset log_start_offset() const;
  Offset log_end_offset() const;        // the next record's offset
  Offset high_watermark() const;        // the first offset that readers do not see
  Offset last_stable_offset() const;    // the high watermark, as long as there are no transactions

  /// At most `max_bytes` of whole batches from the one that holds `from`, all below `below` (pass the high watermark; what
  /// is above it may be read by replication alone). With `at_least_one` the first batch comes even when it is larger.
  /// Empty when from == below, or from is the log end. Does no disk I/O that could wait.
  ///
  /// kOffsetOutOfRange: outside [log start, log end]. kBusy: the bytes are not in memory, or not yet verified since the
  /// start: await LogStore::warm with the same arguments, then read again. kDamaged: `from` lies in a damaged range, named
  /// in the message and in damage(); what is before and behind it can be read. kStorage: the disk.
  Result<ReadResult> read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one);

  /// OffsetForLeaderEpoch (KIP-101, 279): the largest epoch at or below `epoch` and the offset where the next one began,
  /// or the log end for the latest. {-1, -1} when the log knows none.
  EpochEnd end_of_epoch(LeaderEpoch epoch) const;
  LeaderEpoch latest_epoch() const;               // kNoLeaderEpoch in a log that never had a record
  LeaderEpoch epoch_of(Offset offset) const;      // of the record at `offset`

  std::vector<ProducerSummary> producers() const;
  std::uint64_t size_bytes() const;               // of records, in segments and on their way there
  std::vector<DamagedRange> damage() const;       // known so far
  std::optional<Error> refusing() const;          // why appends fail at the moment
  PartitionStatistics statistics() const;
};

}  // namespace wharf::log
