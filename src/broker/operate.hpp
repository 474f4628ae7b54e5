#pragma once
// Port: looking after the data, and numbers about it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/door_counts.hpp"
#include "broker/shard_alarms.hpp"
#include "log/log_statistics.hpp"
#include "log/producer_summary.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "queue/core/queue_events.hpp"
#include "queue/core/queue_info.hpp"
#include "queue/core/types.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct PartitionSize {
  PartitionId partition;
  std::uint64_t bytes = 0;
};

struct DataFolderUse {
  std::string folder;
  std::uint64_t total_bytes = 0;  // of the disk
  std::uint64_t usable_bytes = 0;
  std::vector<PartitionSize> partitions;
};

/// One partition as the metrics page shows it.
struct PartitionReport {
  PartitionId partition;
  Offset log_start;
  Offset high_watermark;
  Offset log_end;
  std::uint64_t bytes = 0;
  std::optional<std::size_t> segments;  // none: a partition at rest, nobody asked for its records since the start
  log::PartitionStatistics statistics;
  std::optional<std::string> compaction_failure;  // why the last pass failed
};

struct ShardReport {
  log::StoreStatistics store;
  std::vector<PartitionReport> partitions;
  std::map<std::string_view, RequestCounts> requests;  // by protocol
  std::unordered_map<TopicId, TopicOut> out;
  Shortage shortage;
  std::uint64_t delayed_messages = 0;  // wait until they are due
  Nanoseconds busy{};  // processor time of the shard so far
  Nanoseconds hop{};   // how long the shard took to turn to this report
};

struct DiskReport {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;
  std::uint64_t reserve_bytes = 0;  // wanted
  bool reserve_is_whole = false;
};

/// What is in a queue. Bytes are those of bodies.
struct QueueNumbers {
  queue::QueueCounts counts;
  std::uint64_t ready_bytes = 0;
  std::uint64_t unsettled_bytes = 0;
  queue::QueueTraffic traffic;
  std::optional<Nanoseconds> idle_for;      // none: something has passed just now
  std::optional<queue::ConsumerId> active;  // of those of whom one at a time is served
};

/// Of all queues together.
struct QueueSums {
  std::uint64_t queues = 0;
  queue::QueueCounts counts;
  std::uint64_t ready_bytes = 0, unsettled_bytes = 0;
  queue::QueueTraffic traffic;  // of those that are gone too; without rates
};

struct PartitionOffset {
  PartitionId partition;
  Offset offset;
};

struct PartitionReader {
  ReaderId reader = 0;
  PartitionId partition;
};

class Operate {
 public:
  virtual ~Operate() = default;
  virtual runtime::Task<Result<DataFolderUse>> data_folder(runtime::Shard& here) = 0;
  /// Removes records before `before`; -1 means all that is committed. Returns the new log start offset.
  virtual runtime::Task<Result<Offset>> delete_records(runtime::Shard& here, PartitionId partition, Offset before) = 0;
  virtual runtime::Task<Result<std::vector<log::ProducerSummary>>> producers(runtime::Shard& here, PartitionId partition) = 0;
  /// By shard. Looks at some hundred partitions at a time, so that no shard stands still for it.
  virtual runtime::Task<std::vector<ShardReport>> report(runtime::Shard& here) = 0;
  virtual runtime::Task<Result<DiskReport>> disk(runtime::Shard& here) = 0;
  /// Why a shard refuses to keep records now; none: all keep them.
  virtual runtime::Task<std::optional<Error>> refusing(runtime::Shard& here) = 0;
  /// What the doors hold back for now.
  virtual Shortage shortage(const runtime::Shard& here) const = 0;
  /// Of many, by place; zeros for one that is gone. Looks at some hundred at a time, so that no shard stands still for it.
  virtual runtime::Task<std::vector<QueueNumbers>> queue_numbers(runtime::Shard& here,
                                                                 std::vector<queue::QueueRef> queues) = 0;
  /// Likewise. What comes or goes meanwhile may be missed, or counted twice.
  virtual runtime::Task<QueueSums> queue_sums(runtime::Shard& here) = 0;
  /// When the batch that holds each record began, or the first batch behind it: producers' time, or the log's where the topic
  /// says so. None where nothing is there, and where finding out would read more than `cold_reads` times from the disk.
  virtual runtime::Task<std::vector<std::optional<Timestamp>>> times_of(runtime::Shard& here, std::vector<PartitionOffset> records,
                                                                        std::size_t cold_reads) = 0;
  /// Of `readers`, by place: whether it asked for its partition since `since`, by whichever shard.
  virtual runtime::Task<std::vector<bool>> asked_since(runtime::Shard& here, std::vector<PartitionReader> readers,
                                                       MonotonicTime since) = 0;
};

}  // namespace wharf::broker
