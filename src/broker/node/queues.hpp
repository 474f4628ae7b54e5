#pragma once
// The queues port over the shards' queues: one hop to the queue's shard, and deliveries back by posts to the
// consumer's.
#include "broker/node/shards.hpp"
#include "broker/queues.hpp"

namespace wharf::broker {

class NodeQueues final : public Queues {
 public:
  explicit NodeQueues(NodeShards& shards) : shards_(shards) {}

  runtime::Task<std::vector<Result<void>>> enqueue(runtime::Shard& here, std::vector<EnqueuePart> parts) override;
  queue::ConsumerId new_consumer_id(runtime::Shard& here) override;
  runtime::Task<Result<void>> subscribe(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                        ConsumerRequest request, std::shared_ptr<ConsumerSink> sink) override;
  void wrote(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::uint64_t bytes) override;
  void change_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::int64_t more) override;
  void take_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, bool all) override;
  void settle(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
              std::vector<queue::Settlement> settlements) override;
  runtime::Task<Result<void>> settle_durably(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                             std::vector<queue::Settlement> settlements) override;
  runtime::Task<void> stop(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer) override;
  using Queues::release;
  runtime::Task<void> release(runtime::Shard& here, QueueRef queue, std::vector<queue::Leaver> leaving) override;
  runtime::Task<Result<std::optional<Got>>> get(runtime::Shard& here, QueueRef queue, queue::ConsumerId holder,
                                                bool settled) override;
  runtime::Task<Result<Browsed>> browse(runtime::Shard& here, QueueRef queue, BrowseRequest request) override;
  void used(runtime::Shard& here, QueueRef queue) override;
  runtime::Task<Result<void>> until_kept(runtime::Shard& here, QueueRef queue, queue::MessageId message) override;
  runtime::Task<Result<void>> hold(runtime::Shard& here, QueueRef queue, queue::ConsumerId holder,
                                   queue::MessageId message, std::uint32_t bytes) override;
  using Queues::purge;
  runtime::Task<Result<std::uint64_t>> purge(runtime::Shard& here, QueueRef queue, std::uint64_t most) override;
  runtime::Task<Result<std::uint64_t>> purge_selected(runtime::Shard& here, QueueRef queue,
                                                      SelectivePurge purge) override;
  runtime::Task<Result<QueueCounts>> counts(runtime::Shard& here, QueueRef queue) override;
  runtime::Task<Result<queue::QueueReport>> report(runtime::Shard& here, QueueRef queue) override;
  runtime::Task<std::vector<QueueCounts>> counts_of(runtime::Shard& here, std::vector<QueueRef> queues) override;

 private:
  NodeShard& shard_of(const QueueRef& queue) { return shards_.at(queue.shard.value); }
  /// Runs `work(LiveQueue&)` on the queue's shard, in the order of the calls; nothing when the queue is gone.
  template <class Work>
  void tell(runtime::Shard& here, const QueueRef& queue, Work work);
  /// The same once those have come who wait because the queue may be about to go: the work may be about one of them.
  template <class Work>
  void tell_arrived(runtime::Shard& here, const QueueRef& queue, Work work);
  /// The same with an answer: `ask(LiveQueue*, answer)` answers once, on that shard; nullptr: gone.
  template <class T, class Ask>
  runtime::Task<T> ask(runtime::Shard& here, QueueRef queue, Ask ask);

  NodeShards& shards_;
};

}  // namespace wharf::broker
