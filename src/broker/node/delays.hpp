#pragma once
// The delays port over the shards' schedules: a message waits on the shard that it came by.
#include "broker/delays.hpp"
#include "broker/node/shards.hpp"

namespace wharf::broker {

class NodeDelays final : public Delays {
 public:
  explicit NodeDelays(NodeShards& shards) : shards_(shards) {}

  runtime::Task<std::vector<Result<ScheduledId>>> schedule(runtime::Shard& here,
                                                           std::vector<Delayed> messages) override;
  runtime::Task<Result<ScheduledPage>> list(runtime::Shard& here, ScheduledQuery query) override;
  runtime::Task<Result<void>> cancel(runtime::Shard& here, ScheduledId id) override;
  runtime::Task<Result<void>> hasten(runtime::Shard& here, ScheduledId id) override;
  runtime::Task<std::uint64_t> pending(runtime::Shard& here) override;

 private:
  runtime::Task<void> hasten_there(NodeShard* shard, ScheduledId id, Result<void>* outcome);
  NodeShard& owner_of(queue::Lane lane) { return shards_.at(lane.value % shards_.size()); }

  NodeShards& shards_;
};

}  // namespace wharf::broker
