#pragma once
// The histories port: each exchange's messages are on one shard, by its name.
#include "broker/deduplication.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/node/shards.hpp"
#include "broker/queues.hpp"
#include "routing/core/exchange.hpp"

namespace wharf::broker {

class NodeHistories final : public Histories {
 public:
  NodeHistories(NodeShards& shards, const Entities& entities, Queues& queues)
      : shards_(shards), entities_(entities), queues_(queues) {}

  /// Where what is replayed into a deduplicating exchange goes.
  void use(Deduplication& deduplication) { deduplication_ = &deduplication; }

  void remember(runtime::Shard& here, std::vector<HistoryEntry> entries) override;
  /// The source's history goes to the destination of a binding that is new. Returns when it is there, but for log
  /// topics, which get none.
  runtime::Task<void> replay(runtime::Shard& here, std::string name_space, routing::Binding binding);
  /// An exchange of that name begins without one.
  runtime::Task<void> forget(runtime::Shard& here, std::string name_space, std::string exchange);

 private:
  NodeShard& owner(const RecentHistory::Exchange& exchange);
  static void take(NodeShard& owner, const Entities& entities, std::vector<HistoryEntry> entries);

  NodeShards& shards_;
  const Entities& entities_;
  Queues& queues_;
  Deduplication* deduplication_ = nullptr;
};

}  // namespace wharf::broker
