#pragma once
// Records with keys in a partition of ours (metadata, group offsets): written as one batch, read back from the start.
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "cluster/replication/shard_logs.hpp"
#include "log/partition_log.hpp"
#include "model/record.hpp"
#include "runtime/task.hpp"

namespace wharf::cluster {

struct KeyedRecord {
  std::string key;
  std::optional<std::string> value;  // none: a tombstone
};

/// One batch of all `records`, ready for ShardLogs::append.
Result<log::OwnedBatches> batch_of(std::span<const KeyedRecord> records, Timestamp now);

/// Reads the partition from its start to its log end, in order. The record's views hold during the call only. What is
/// damaged is passed over; the error of the first damage is given back after the rest has been read. kClosed: `stop`
/// was asked for.
runtime::Task<Result<void>> replay(ShardLogs* logs, PartitionId partition, std::function<void(const Record&)> visit,
                                   std::stop_token stop = {});

}  // namespace wharf::cluster
