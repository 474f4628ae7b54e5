#pragma once
// Port: looking after the data, and numbers about it.
#include <cstdint>
#include <string>
#include <vector>

#include "log/log_statistics.hpp"
#include "log/partition_log.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
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
  log::PartitionStatistics statistics;
};

struct ShardReport {
  log::StoreStatistics store;
  std::vector<PartitionReport> partitions;
};

class Operate {
 public:
  virtual ~Operate() = default;
  virtual runtime::Task<Result<DataFolderUse>> data_folder(runtime::Shard& here) = 0;
  /// Removes records before `before`; -1 means all that is committed. Returns the new log start offset.
  virtual runtime::Task<Result<Offset>> delete_records(runtime::Shard& here, PartitionId partition, Offset before) = 0;
  virtual runtime::Task<Result<std::vector<log::ProducerSummary>>> producers(runtime::Shard& here, PartitionId partition) = 0;
  /// By shard.
  virtual runtime::Task<std::vector<ShardReport>> report(runtime::Shard& here) = 0;
};

}  // namespace wharf::broker
