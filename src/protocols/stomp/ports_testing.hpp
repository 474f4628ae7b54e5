#pragma once
// A node's ports whose answers a test can hold back, as a slow disk does.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/deduplication.hpp"
#include "broker/queues.hpp"
#include "model/message.hpp"
#include "runtime/signal.hpp"

namespace wharf::stomp {

/// What is asked for is done at once; that it is on disk is told when nothing is held.
class HeldQueues final : public broker::Queues {
 public:
  explicit HeldQueues(broker::Queues& real) : real_(real) {}
  bool is_holding = false;  // until let_go()
  int enqueues = 0;

  void let_go() {
    is_holding = false;
    for (auto& one : waiting_) one->notify();
  }

  runtime::Task<std::vector<Result<void>>> enqueue(runtime::Shard& here,
                                                   std::vector<broker::EnqueuePart> parts) override {
    ++enqueues;
    std::vector<Result<void>> outcomes = co_await real_.enqueue(here, std::move(parts));
    co_await until_let_go(here);
    co_return outcomes;
  }
  runtime::Task<Result<void>> settle_durably(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer,
                                             std::vector<queue::Settlement> settlements) override {
    Result<void> settled = co_await real_.settle_durably(here, queue, consumer, std::move(settlements));
    co_await until_let_go(here);
    co_return settled;
  }

  queue::ConsumerId new_consumer_id(runtime::Shard& here) override { return real_.new_consumer_id(here); }
  runtime::Task<Result<void>> subscribe(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer,
                                        broker::ConsumerRequest request,
                                        std::shared_ptr<broker::ConsumerSink> sink) override {
    return real_.subscribe(here, queue, consumer, std::move(request), std::move(sink));
  }
  void wrote(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer, std::uint64_t bytes) override {
    real_.wrote(here, queue, consumer, bytes);
  }
  void change_share(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer,
                    std::int64_t more) override {
    real_.change_share(here, queue, consumer, more);
  }
  void take_share(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer, bool all) override {
    real_.take_share(here, queue, consumer, all);
  }
  void settle(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer,
              std::vector<queue::Settlement> settlements) override {
    real_.settle(here, queue, consumer, std::move(settlements));
  }
  runtime::Task<void> stop(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId consumer) override {
    return real_.stop(here, queue, consumer);
  }
  using Queues::release;
  runtime::Task<void> release(runtime::Shard& here, broker::QueueRef queue,
                              std::vector<queue::Leaver> leaving) override {
    return real_.release(here, queue, std::move(leaving));
  }
  runtime::Task<Result<std::optional<broker::Got>>> get(runtime::Shard& here, broker::QueueRef queue,
                                                        queue::ConsumerId holder, bool settled) override {
    return real_.get(here, queue, holder, settled);
  }
  runtime::Task<Result<broker::Browsed>> browse(runtime::Shard& here, broker::QueueRef queue,
                                                broker::BrowseRequest request) override {
    return real_.browse(here, queue, std::move(request));
  }
  void used(runtime::Shard& here, broker::QueueRef queue) override { real_.used(here, queue); }
  runtime::Task<Result<void>> until_kept(runtime::Shard& here, broker::QueueRef queue,
                                         queue::MessageId message) override {
    return real_.until_kept(here, queue, message);
  }
  runtime::Task<Result<void>> hold(runtime::Shard& here, broker::QueueRef queue, queue::ConsumerId holder,
                                   queue::MessageId message, std::uint32_t bytes) override {
    return real_.hold(here, queue, holder, message, bytes);
  }
  using Queues::purge;
  runtime::Task<Result<std::uint64_t>> purge(runtime::Shard& here, broker::QueueRef queue,
                                             std::uint64_t most) override {
    return real_.purge(here, queue, most);
  }
  runtime::Task<Result<std::uint64_t>> purge_selected(runtime::Shard& here, broker::QueueRef queue,
                                                      broker::SelectivePurge purge) override {
    return real_.purge_selected(here, queue, std::move(purge));
  }
  runtime::Task<Result<broker::QueueCounts>> counts(runtime::Shard& here, broker::QueueRef queue) override {
    return real_.counts(here, queue);
  }
  runtime::Task<Result<queue::QueueReport>> report(runtime::Shard& here, broker::QueueRef queue) override {
    return real_.report(here, queue);
  }
  runtime::Task<std::vector<broker::QueueCounts>> counts_of(runtime::Shard& here,
                                                            std::vector<broker::QueueRef> queues) override {
    return real_.counts_of(here, std::move(queues));
  }

 private:
  runtime::Task<void> until_let_go(runtime::Shard& here) {
    if (!is_holding) co_return;
    runtime::Signal* turn = waiting_.emplace_back(std::make_unique<runtime::Signal>(here)).get();
    co_await turn->wait();
  }

  broker::Queues& real_;
  std::vector<std::unique_ptr<runtime::Signal>> waiting_;
};

/// Remembers in which order messages came to it.
class HeardDeduplication final : public broker::Deduplication {
 public:
  explicit HeardDeduplication(broker::Deduplication& real) : real_(real) {}
  std::vector<std::string> heard;  // routing keys

  runtime::Task<std::vector<Result<broker::PassedOn>>> pass_on(runtime::Shard& here,
                                                               std::vector<broker::ToDeduplicate> messages) override {
    for (const broker::ToDeduplicate& one : messages) {
      Result<MessageView> message = message_of(one.message.record);
      heard.emplace_back(message ? message->routing_key : "?");
    }
    return real_.pass_on(here, std::move(messages));
  }

 private:
  broker::Deduplication& real_;
};

}  // namespace wharf::stomp
