#pragma once
// The operate port over the shards' logs.
#include <filesystem>

#include "broker/node_shards.hpp"
#include "broker/operate.hpp"
#include "runtime/file.hpp"

namespace wharf::broker {

class NodeOperate final : public Operate {
 public:
  NodeOperate(NodeShards& shards, runtime::FileSystem& files, std::filesystem::path folder)
      : shards_(shards), files_(files), folder_(std::move(folder)) {}

  runtime::Task<Result<DataFolderUse>> data_folder(runtime::Shard& here) override;
  runtime::Task<Result<Offset>> delete_records(runtime::Shard& here, PartitionId partition, Offset before) override;
  runtime::Task<Result<std::vector<log::ProducerSummary>>> producers(runtime::Shard& here, PartitionId partition) override;
  runtime::Task<std::vector<ShardReport>> report(runtime::Shard& here) override;

 private:
  NodeShards& shards_;
  runtime::FileSystem& files_;
  std::filesystem::path folder_;
};

}  // namespace wharf::broker
