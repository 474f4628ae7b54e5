#pragma once
// What readers of a store's logs wait for, on the work pool: first looks at stored ranges, and searches by time.
// PartitionLog::read() does the rest without waiting. kNotFound: there is no such log.
#include <cstddef>
#include <optional>

#include "log/log_table.hpp"
#include "log/segment_verify.hpp"
#include "log/time_search.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class LogReads {
 public:
  LogReads(runtime::Shard& shard, LogTable& logs) : shard_(shard), logs_(logs) {}

  /// Brings what PartitionLog::read found kBusy into memory and verifies it. Then read again.
  runtime::Task<Result<void>> warm(PartitionId id, Offset from, std::size_t max_bytes);
  /// As read(), copied into memory of the caller's, waiting where needed: for who must look into records.
  runtime::Task<Result<SharedBytes>> read_bytes(PartitionId id, Offset from, std::size_t max_bytes, Offset below);

  /// ListOffsets by time: the first record below the high watermark at or after `time`; none: no value.
  runtime::Task<Result<std::optional<TimestampedOffset>>> first_at_or_after(PartitionId id, Timestamp time,
                                                                            Marks marks = Marks::kSkipped);
  /// ListOffsets -3: the record with the largest timestamp, which may be a mark of a transaction, as in Kafka; none in
  /// an empty log.
  runtime::Task<Result<std::optional<TimestampedOffset>>> max_timestamp(PartitionId id);
  /// Of the segment that begins there; of nothing, where it is gone or empty.
  runtime::Task<Result<MaxTimestamp>> segment_max_timestamp(PartitionId id, Offset segment_base);

 private:
  runtime::Task<Result<Timestamp>> largest_timestamp(PartitionId id, bool from_start);
  runtime::Task<Result<Timestamp>> max_timestamp_from(PartitionId id, Offset from);
  void merge(PartitionLog& log, Offset segment_base, const VerifiedRange& range);

  runtime::Shard& shard_;
  LogTable& logs_;
};

}  // namespace wharf::log
