#pragma once
// Tells the group coordinators which committed offsets have no data left behind them.
#include "broker/node/shards.hpp"
#include "groups/shell/coordinators.hpp"

namespace wharf::broker {

class OffsetData final : public groups::TopicData {
 public:
  explicit OffsetData(NodeShards& shards) : shards_(shards) {}
  runtime::Task<std::vector<groups::ExpiredOffset>> without_data(runtime::Shard& here,
                                                                 std::vector<groups::ExpiredOffset> offsets) override;

 private:
  NodeShards& shards_;
};

}  // namespace wharf::broker
