#pragma once
// The statistics port over the shards' own counters.
#include "broker/entities.hpp"
#include "broker/node/shards.hpp"
#include "broker/statistics.hpp"

namespace wharf::broker {

class NodeStatistics final : public Statistics {
 public:
  NodeStatistics(NodeShards& shards, const Entities& entities) : shards_(shards), entities_(entities) {}

  runtime::Task<std::vector<ConnectionFacts>> connections(runtime::Shard& here) override;
  runtime::Task<std::vector<ChannelFacts>> channels(runtime::Shard& here) override;
  runtime::Task<std::vector<ConsumerFacts>> consumers(runtime::Shard& here, std::string queue) override;
  runtime::Task<bool> close_connection(runtime::Shard& here, OpenConnectionId id, std::string reason) override;
  runtime::Task<NodeTraffic> traffic(runtime::Shard& here) override;
  runtime::Task<ByExchange> exchanges(runtime::Shard& here, std::string name_space) override;

 private:
  template <class Facts, class Look>
  runtime::Task<std::vector<Facts>> each_connection(runtime::Shard& here, Look look);

  NodeShards& shards_;
  const Entities& entities_;
};

}  // namespace wharf::broker
