#pragma once
// The operate port over the shards' logs.
#include <filesystem>

#include "broker/node/shards.hpp"
#include "broker/operate.hpp"
#include "log/data_folder.hpp"
#include "runtime/file.hpp"

namespace wharf::broker {

class NodeOperate final : public Operate {
 public:
  NodeOperate(NodeShards& shards, runtime::FileSystem& files, std::filesystem::path folder)
      : shards_(shards), files_(files), folder_(std::move(folder)) {}
  /// Before disk().
  void use(const log::DataFolder& folder, std::uint64_t reserve_bytes) {
    data_folder_ = &folder;
    reserve_bytes_ = reserve_bytes;
  }

  runtime::Task<Result<DataFolderUse>> data_folder(runtime::Shard& here) override;
  runtime::Task<Result<Offset>> delete_records(runtime::Shard& here, PartitionId partition, Offset before) override;
  runtime::Task<Result<std::vector<log::ProducerSummary>>> producers(runtime::Shard& here, PartitionId partition) override;
  runtime::Task<std::vector<ShardReport>> report(runtime::Shard& here) override;
  runtime::Task<Result<DiskReport>> disk(runtime::Shard& here) override;
  runtime::Task<std::optional<Error>> refusing(runtime::Shard& here) override;
  Shortage shortage(const runtime::Shard& here) const override { return shards_.at(here).alarms.now(); }
  runtime::Task<std::vector<QueueNumbers>> queue_numbers(runtime::Shard& here,
                                                         std::vector<queue::QueueRef> queues) override;
  runtime::Task<QueueSums> queue_sums(runtime::Shard& here) override;
  runtime::Task<std::vector<std::optional<Timestamp>>> times_of(runtime::Shard& here, std::vector<PartitionOffset> records,
                                                                std::size_t cold_reads) override;
  runtime::Task<std::vector<bool>> asked_since(runtime::Shard& here, std::vector<PartitionReader> readers,
                                               MonotonicTime since) override;

 private:
  NodeShards& shards_;
  runtime::FileSystem& files_;
  std::filesystem::path folder_;
  const log::DataFolder* data_folder_ = nullptr;
  std::uint64_t reserve_bytes_ = 0;
};

}  // namespace wharf::broker
