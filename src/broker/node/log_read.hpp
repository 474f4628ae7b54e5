#pragma once
// The read port over the shards' logs. A reader that finds too little leaves one watch on every partition it asked for and
// is woken by the first that moves.
#include "broker/node/shards.hpp"
#include "broker/read.hpp"

namespace wharf::broker {

class LogRead final : public Read {
 public:
  explicit LogRead(NodeShards& shards) : shards_(shards) {}
  runtime::Task<std::vector<ReadOutcome>> read(runtime::Shard& here, std::vector<ReadPart> parts, ReadLimits limits) override;
  runtime::Task<void> until_gone(runtime::Shard& here, PartitionId partition, std::stop_token stop) override;
  runtime::Task<Result<PartitionMarks>> marks(runtime::Shard& here, PartitionId partition) override;
  runtime::Task<Result<FoundOffset>> find_time(runtime::Shard& here, PartitionId partition, Timestamp time) override;
  runtime::Task<Result<FoundOffset>> find_max_timestamp(runtime::Shard& here, PartitionId partition) override;
  runtime::Task<Result<FoundOffset>> end_of_epoch(runtime::Shard& here, PartitionId partition, LeaderEpoch epoch) override;

 private:
  NodeShards& shards_;
};

}  // namespace wharf::broker
