#pragma once
// What each shard holds of a node, and which shard owns a partition.
#include <memory>
#include <unordered_map>
#include <vector>

#include "broker/door_counts.hpp"
#include "broker/node/exchange_duplicates.hpp"
#include "broker/node/recent_history.hpp"
#include "broker/node/reply_consumers.hpp"
#include "broker/owners.hpp"
#include "broker/shard_alarms.hpp"
#include "broker/shard_traffic.hpp"
#include "cluster/metadata/metadata_store.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "cluster/replication/shard_logs.hpp"
#include "model/ids.hpp"
#include "queue/core/schedule_bucket.hpp"
#include "queue/shell/shard_queues.hpp"
#include "queue/shell/shard_schedules.hpp"
#include "runtime/shard.hpp"

namespace wharf::broker {

/// Touched by its own shard only.
struct NodeShard {
  explicit NodeShard(runtime::Shard& owner) : shard(owner), duplicates(owner) {}
  runtime::Shard& shard;
  std::unique_ptr<cluster::ShardLogs> logs;
  std::unique_ptr<queue::ShardQueues> queues;
  std::unique_ptr<queue::ShardSchedules> schedules;
  std::uint64_t consumers_made = 0;  // ids handed out to this shard's connections
  ReplyConsumers reply_consumers;
  ShardAlarms alarms;
  ShardTraffic traffic;
  std::unordered_map<ConnectionId, Owner*> owners;
  RecentHistory history;  // of the exchanges whose names are this shard's
  std::size_t sweep_histories_at = 1;
  ExchangeDuplicates duplicates;  // of the namespaces whose names are this shard's
  std::size_t sweep_duplicates_at = 1;
  DoorCounts doors;
  cluster::TopicTable::Pointer topics = std::make_shared<const cluster::TopicTable>();
  bool takes_records = true;  // false: this start's leader epoch is not written yet, the disk is full
};

class NodeShards {
 public:
  explicit NodeShards(const std::vector<runtime::Shard*>& shards) {
    for (runtime::Shard* shard : shards) shards_.push_back(std::make_unique<NodeShard>(*shard));
  }
  std::size_t size() const { return shards_.size(); }
  NodeShard& at(std::size_t index) { return *shards_[index]; }
  NodeShard& at(const runtime::Shard& shard) { return *shards_[shard.index().value]; }
  std::size_t owner_index(const PartitionId& partition) const { return owner_index(partition, shards_.size()); }
  NodeShard& owner(const PartitionId& partition) { return at(owner_index(partition)); }
  queue::QueueRef ref_of(TopicId queue) const {
    return {queue, ShardIndex(static_cast<std::uint32_t>(owner_index(queue::messages_of(queue, 0))))};
  }

  /// The same on every start with the same number of shards; one shard has all logs of a queue, the first the metadata
  /// logs, which are MetadataStore's: found by another they would be made anew, empty.
  static std::size_t owner_index(const PartitionId& partition, std::size_t shards) {
    if (partition.topic == cluster::kMetadataTopicId) return 0;
    if (partition.index.value < queue::kFirstQueuePartition) return std::hash<PartitionId>()(partition) % shards;
    if (std::optional<queue::Lane> lane = queue::lane_of(partition)) return lane->value % shards;
    return std::hash<PartitionId>()(queue::messages_of(partition.topic, 0)) % shards;
  }

 private:
  std::vector<std::unique_ptr<NodeShard>> shards_;
};

}  // namespace wharf::broker
