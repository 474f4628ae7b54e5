#pragma once
// What the namespaces declare and delete, done to the queues of one shard.
#include "broker/shard_traffic.hpp"
#include "queue/shell/shard_queues.hpp"
#include "routing/shell/queue_host.hpp"

namespace wharf::broker {

class ShardQueueHost final : public routing::QueueHost {
 public:
  ShardQueueHost(queue::ShardQueues& queues, ShardTraffic& traffic) : queues_(queues), traffic_(traffic) {}

  Result<void> open(std::shared_ptr<const queue::QueueInfo> queue) override {
    queue::QueueIdentity identity{queue->ref.id, queue->name_space, queue->name, queue->survives(), queue->auto_delete};
    bool was_stored = traffic_.seconds.now() == 0;  // the node starts
    if (!was_stored) traffic_.count(ChurnEvent::kQueueCreated);
    return queues_.open(std::move(identity), queue->settings);
  }
  void configure(TopicId queue, const queue::QueueSettings& settings) override {
    queue::LiveQueue* live = queues_.find(queue);
    if (live != nullptr) live->configure(settings);
  }
  std::uint64_t close(TopicId queue) override {
    traffic_.count(ChurnEvent::kQueueDeleted);
    queue::QueueCounts counts = queues_.remove(queue);
    return counts.ready + counts.unsettled;
  }
  queue::QueueCounts freeze(TopicId queue) override {
    const queue::LiveQueue* live = queues_.find(queue);
    if (live == nullptr) return {};
    queues_.frozen().freeze(queue);
    return live->counts();
  }
  void thaw(TopicId queue) override { queues_.frozen().thaw(queue); }

 private:
  queue::ShardQueues& queues_;
  ShardTraffic& traffic_;
};

}  // namespace wharf::broker
