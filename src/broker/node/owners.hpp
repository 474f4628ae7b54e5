#pragma once
// The owners port over the shards' own lists.
#include "broker/node/shards.hpp"
#include "broker/owners.hpp"

namespace wharf::broker {

class NodeOwners final : public Owners {
 public:
  explicit NodeOwners(NodeShards& shards) : shards_(shards) {}

  void add(runtime::Shard& here, ConnectionId id, Owner& owner) override {
    shards_.at(here).owners.emplace(id, &owner);
  }
  void remove(runtime::Shard& here, ConnectionId id) override { shards_.at(here).owners.erase(id); }
  runtime::Task<bool> is_gone(runtime::Shard& here, ConnectionId id, IntroductionPointer claimant) override;

 private:
  /// Null: it is on none.
  runtime::Task<NodeShard*> shard_of(runtime::Shard& here, ConnectionId id);

  NodeShards& shards_;
};

}  // namespace wharf::broker
