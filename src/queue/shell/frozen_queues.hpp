#pragma once
// Queues of a shard about to be deleted for having no messages, or no consumers: what would make that untrue waits here
// until it is decided. So the messages that go with a queue are none that came after it was looked at.
//
//   frozen.freeze(queue);                                          // then look at its counts
//   frozen.when_not(queue, consumer, [](Result<void> may) {...});  // somebody comes: now, or when it is decided
//   frozen.thaw(queue);                                            // it is gone, or it stays
#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "queue/core/consumers.hpp"

namespace wharf::queue {

class FrozenQueues {
 public:
  using Arrival = std::move_only_function<void(Result<void>)>;

  /// Until thaw(), however long the disk takes to decide: whoever came in meanwhile could go with the queue.
  void freeze(TopicId queue) { frozen_.try_emplace(queue); }
  /// Who waited comes, in order.
  void thaw(TopicId queue) {
    auto found = frozen_.extract(queue);
    if (!found) return;
    for (Waiting& one : found.mapped()) one.arrive({});
  }

  bool is(TopicId queue) const { return !frozen_.empty() && frozen_.contains(queue); }
  /// `arrive` is called once, here or later. `consumer`: who it is, none for messages.
  template <class Arrive>
  void when_not(TopicId queue, std::optional<ConsumerId> consumer, Arrive arrive) {
    if (!is(queue)) return arrive(Result<void>());
    frozen_.find(queue)->second.push_back({consumer, std::move(arrive)});
  }
  /// It does not come any more: kClosed, at once.
  void forget(TopicId queue, ConsumerId consumer) {
    if (!is(queue)) return;
    std::vector<Waiting>& waiting = frozen_.find(queue)->second;
    auto found = std::ranges::find(waiting, std::optional(consumer), &Waiting::consumer);
    if (found == waiting.end()) return;
    Arrival arrive = std::move(found->arrive);
    waiting.erase(found);
    arrive(fail(ErrorCode::kClosed, "the consumer has gone"));
  }

 private:
  struct Waiting {
    std::optional<ConsumerId> consumer;
    Arrival arrive;
  };

  std::unordered_map<TopicId, std::vector<Waiting>> frozen_;
};

}  // namespace wharf::queue
