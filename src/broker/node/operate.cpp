#include "broker/node/operate.hpp"

#include <fmt/format.h>

namespace wharf::broker {
namespace {

/// Every partition that this shard owns, by its table.
template <class Visit>
void each_partition(NodeShards& shards, std::size_t index, Visit visit) {
  NodeShard& shard = shards.at(index);
  for (const auto& topic : shard.topics->all()) {
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      PartitionId partition = topic->partition(i);
      if (shards.owner_index(partition) != index) continue;
      if (const log::PartitionLog* log = shard.logs->store().find(partition)) visit(partition, *log);
    }
  }
}

std::unexpected<Error> not_here(PartitionId partition) {
  return fail(ErrorCode::kNotFound, fmt::format("partition {} is not here", partition.folder()));
}

}  // namespace

runtime::Task<Result<DataFolderUse>> NodeOperate::data_folder(runtime::Shard& here) {
  DataFolderUse use{.folder = folder_.string()};
  Result<runtime::DiskSpace> space = files_.space(folder_);
  if (!space) co_return fail(space.error());
  use.total_bytes = space->total;
  use.usable_bytes = space->available;
  NodeShards* shards = &shards_;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto look = [shards, i] {
      std::vector<PartitionSize> sizes;
      each_partition(*shards, i, [&](PartitionId partition, const log::PartitionLog& log) {
        sizes.push_back({partition, log.size_bytes()});
      });
      return sizes;
    };
    std::vector<PartitionSize> sizes = co_await runtime::call_on(here, shards_.at(i).shard, look);
    use.partitions.insert(use.partitions.end(), sizes.begin(), sizes.end());
  }
  co_return use;
}

runtime::Task<Result<Offset>> NodeOperate::delete_records(runtime::Shard& here, PartitionId partition, Offset before) {
  NodeShard* owner = &shards_.owner(partition);
  auto remove = [owner, partition, before] { return owner->logs->store().trimmer().delete_records(partition, before); };
  Result<Offset> log_start = co_await runtime::call_on(here, owner->shard, remove);
  co_return log_start;
}

runtime::Task<Result<std::vector<log::ProducerSummary>>> NodeOperate::producers(runtime::Shard& here, PartitionId partition) {
  NodeShard* owner = &shards_.owner(partition);
  auto look = [owner, partition]() -> Result<std::vector<log::ProducerSummary>> {
    const log::PartitionLog* log = owner->logs->store().find(partition);
    if (log == nullptr) return not_here(partition);
    return log->producers();
  };
  Result<std::vector<log::ProducerSummary>> producers = co_await runtime::call_on(here, owner->shard, look);
  co_return producers;
}

}  // namespace wharf::broker
