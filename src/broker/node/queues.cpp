#include "broker/node/queues.hpp"

#include <algorithm>
#include <span>

#include "broker/node/scatter.hpp"

namespace wharf::broker {
namespace {

/// What a shard looks at before it lets others run: some tens of microseconds.
constexpr std::size_t kCountsPerSlice = 256;

/// What a queue hands out, on its way to the consumer's shard.
class PostingOutlet final : public queue::Outlet {
 public:
  PostingOutlet(runtime::Shard& consumers_shard, std::shared_ptr<ConsumerSink> sink)
      : shard_(consumers_shard), sink_(std::move(sink)) {}
  void deliver(queue::ConsumerId consumer, std::vector<Delivery> deliveries) override {
    shard_.post([sink = sink_, consumer, deliveries = std::move(deliveries)]() mutable {
      sink->deliver(consumer, std::move(deliveries));
    });
  }
  void wants(queue::ConsumerId consumer) override {
    shard_.post([sink = sink_, consumer] { sink->wants(consumer); });
  }
  void returned(queue::ConsumerId consumer, std::uint64_t messages) override {
    shard_.post([sink = sink_, consumer, messages] { sink->returned(consumer, messages); });
  }
  void ended(queue::ConsumerId consumer, queue::EndReason reason) override {
    shard_.post([sink = sink_, consumer, reason] { sink->ended(consumer, reason); });
  }

 private:
  runtime::Shard& shard_;
  std::shared_ptr<ConsumerSink> sink_;
};

using EnqueuePortion = ScatteredPortion<EnqueuePart, Result<void>>;

void enqueue_one(EnqueuePortion& portion, queue::LiveQueue& queue, EnqueuePortion::Item& item) {
  queue.enqueue(std::move(item.part.messages), [self = portion.shared_from_this(), &item](Result<void> kept) {
    item.answer = std::move(kept);
    self->answered();
  });
}

void enqueue_later(EnqueuePortion& portion, EnqueuePortion::Item& item) {
  TopicId id = item.part.queue.id;
  auto arrive = [self = portion.shared_from_this(), id, &item](const Result<void>&) {
    Result<queue::LiveQueue*> queue = self->owner.queues->get(id);
    if (queue) return enqueue_one(*self, **queue, item);
    item.answer = fail(queue.error());
    self->answered();
  };
  portion.owner.queues->frozen().when_not(id, std::nullopt, std::move(arrive));
}

void enqueue_all(EnqueuePortion& portion) {
  NodeShard& owner = portion.owner;
  for (EnqueuePortion::Item& item : portion.items) {
    Result<queue::LiveQueue*> queue = owner.queues->get(item.part.queue.id);
    if (!queue) {
      item.answer = fail(queue.error());
      continue;
    }
    if (!owner.takes_records) {
      (*queue)->note_refused(item.part.messages);
      item.answer = fail(ErrorCode::kDiskFull, "the disk is full");
      continue;
    }
    portion.expect();
    if (owner.queues->frozen().is(item.part.queue.id)) {
      enqueue_later(portion, item);
    } else {
      enqueue_one(portion, **queue, item);
    }
  }
}

}  // namespace

runtime::Task<std::vector<Result<void>>> NodeQueues::enqueue(runtime::Shard& here, std::vector<EnqueuePart> parts) {
  auto owner_of = [](const EnqueuePart& part) { return part.queue.shard.value; };
  auto begin = [](EnqueuePortion& portion) { enqueue_all(portion); };
  auto call = scatter<Result<void>>(here, shards_, std::move(parts), owner_of, begin);
  if (!call->is_answered()) {
    auto start = call->until_answered();
    [[maybe_unused]] bool done = co_await runtime::suspend<bool>(std::move(start));
  }
  co_return std::move(call->answers);
}

template <class Work>
void NodeQueues::tell(runtime::Shard& here, const QueueRef& queue, Work work) {
  NodeShard* owner = &shard_of(queue);
  auto run = [owner, id = queue.id, work = std::move(work)]() mutable {
    queue::LiveQueue* live = owner->queues->find(id);
    if (live != nullptr) work(*live);
  };
  if (&owner->shard == &here) return run();
  owner->shard.post(std::move(run));
}

template <class Work>
void NodeQueues::tell_arrived(runtime::Shard& here, const QueueRef& queue, Work work) {
  NodeShard* owner = &shard_of(queue);
  auto run = [owner, id = queue.id, work = std::move(work)]() mutable {
    auto come = [owner, id, work = std::move(work)](const Result<void>&) mutable {
      queue::LiveQueue* live = owner->queues->find(id);
      if (live != nullptr) work(*live);
    };
    owner->queues->frozen().when_not(id, std::nullopt, std::move(come));
  };
  if (&owner->shard == &here) return run();
  owner->shard.post(std::move(run));
}

template <class T, class Ask>
runtime::Task<T> NodeQueues::ask(runtime::Shard& here, QueueRef queue, Ask ask) {
  NodeShard* owner = &shard_of(queue);
  auto find = [owner, id = queue.id, ask = std::move(ask)](auto answer) mutable {
    ask(owner->queues->get(id), std::move(answer));
  };
  T value = co_await runtime::ask_on<T>(here, owner->shard, std::move(find));
  co_return value;
}

queue::ConsumerId NodeQueues::new_consumer_id(runtime::Shard& here) {
  NodeShard& shard = shards_.at(here);
  return queue::ConsumerId(++shard.consumers_made * shards_.size() + here.index().value);
}

runtime::Task<Result<void>> NodeQueues::subscribe(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                                  ConsumerRequest request, std::shared_ptr<ConsumerSink> sink) {
  auto outlet = std::make_shared<PostingOutlet>(here, std::move(sink));
  NodeShard* owner = &shard_of(queue);
  auto arrive = [owner, id = queue.id, consumer, request = std::move(request), outlet](auto answer) mutable {
    auto come = [owner, id, consumer, request = std::move(request), outlet,
                 answer = std::move(answer)](Result<void> may) mutable {
      if (!may) return answer(std::move(may));
      Result<queue::LiveQueue*> live = owner->queues->get(id);
      if (!live) return answer(fail(live.error()));
      answer((*live)->subscribe(consumer, request.options, outlet, request.selector));
    };
    owner->queues->frozen().when_not(id, consumer, std::move(come));
  };
  Result<void> subscribed = co_await runtime::ask_on<Result<void>>(here, owner->shard, std::move(arrive));
  co_return subscribed;
}

void NodeQueues::wrote(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::uint64_t bytes) {
  tell(here, queue, [consumer, bytes](queue::LiveQueue& live) { live.wrote(consumer, bytes); });
}

void NodeQueues::change_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::int64_t more) {
  tell_arrived(here, queue, [consumer, more](queue::LiveQueue& live) { live.change_share(consumer, more); });
}

void NodeQueues::take_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, bool all) {
  tell_arrived(here, queue, [consumer, all](queue::LiveQueue& live) { live.take_share(consumer, all); });
}

void NodeQueues::settle(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                        std::vector<queue::Settlement> settlements) {
  tell(here, queue, [consumer, settlements = std::move(settlements)](queue::LiveQueue& live) {
    live.settle(consumer, settlements);
  });
}

runtime::Task<Result<void>> NodeQueues::settle_durably(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                                       std::vector<queue::Settlement> settlements) {
  auto work = [consumer, settlements = std::move(settlements)](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer({});  // gone with all it had
    (*live)->settle(consumer, settlements);
    (*live)->write_state_then(std::move(answer));
  };
  Result<void> settled = co_await ask<Result<void>>(here, queue, std::move(work));
  co_return settled;
}

runtime::Task<Result<void>> NodeQueues::until_kept(runtime::Shard& here, QueueRef queue, queue::MessageId message) {
  auto work = [message](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer({});  // gone, and nobody asks for it again
    (*live)->until_kept(message, std::move(answer));
  };
  Result<void> kept = co_await ask<Result<void>>(here, queue, std::move(work));
  co_return kept;
}

runtime::Task<void> NodeQueues::stop(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer) {
  auto work = [owner = &shard_of(queue), id = queue.id, consumer](Result<queue::LiveQueue*> live, auto answer) {
    owner->queues->frozen().forget(id, consumer);
    if (live) (*live)->stop(consumer);
    answer(true);
  };
  [[maybe_unused]] bool done = co_await ask<bool>(here, queue, std::move(work));
}

runtime::Task<void> NodeQueues::release(runtime::Shard& here, QueueRef queue, std::vector<queue::Leaver> leaving) {
  auto work = [owner = &shard_of(queue), id = queue.id, leaving = std::move(leaving)](Result<queue::LiveQueue*> live,
                                                                                      auto answer) {
    for (const queue::Leaver& one : leaving) owner->queues->frozen().forget(id, one.consumer);
    if (live) (*live)->release(leaving);
    answer(true);
  };
  [[maybe_unused]] bool done = co_await ask<bool>(here, queue, std::move(work));
}

runtime::Task<Result<std::optional<Got>>> NodeQueues::get(runtime::Shard& here, QueueRef queue,
                                                          queue::ConsumerId holder, bool settled) {
  auto work = [holder, settled](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    (*live)->get(holder, settled, std::move(answer));
  };
  Result<std::optional<Got>> got = co_await ask<Result<std::optional<Got>>>(here, queue, std::move(work));
  co_return got;
}

runtime::Task<Result<Browsed>> NodeQueues::browse(runtime::Shard& here, QueueRef queue, BrowseRequest request) {
  auto work = [request](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    (*live)->browse(request, std::move(answer));
  };
  Result<Browsed> browsed = co_await ask<Result<Browsed>>(here, queue, std::move(work));
  co_return browsed;
}

void NodeQueues::used(runtime::Shard& here, QueueRef queue) {
  tell(here, queue, [](queue::LiveQueue& live) { live.used(); });
}

runtime::Task<Result<void>> NodeQueues::hold(runtime::Shard& here, QueueRef queue, queue::ConsumerId holder,
                                             queue::MessageId message, std::uint32_t bytes) {
  auto work = [holder, message, bytes](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    answer((*live)->hold(message, bytes, holder));
  };
  Result<void> held = co_await ask<Result<void>>(here, queue, std::move(work));
  co_return held;
}

runtime::Task<Result<std::uint64_t>> NodeQueues::purge(runtime::Shard& here, QueueRef queue, std::uint64_t most) {
  auto work = [most](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    answer((*live)->purge(most));
  };
  Result<std::uint64_t> purged = co_await ask<Result<std::uint64_t>>(here, queue, std::move(work));
  co_return purged;
}

runtime::Task<Result<std::uint64_t>> NodeQueues::purge_selected(runtime::Shard& here, QueueRef queue,
                                                                SelectivePurge purge) {
  auto work = [purge = std::move(purge)](Result<queue::LiveQueue*> live, auto answer) mutable {
    if (!live) return answer(fail(live.error()));
    (*live)->purge_selected(std::move(purge), std::move(answer));
  };
  Result<std::uint64_t> purged = co_await ask<Result<std::uint64_t>>(here, queue, std::move(work));
  co_return purged;
}

runtime::Task<Result<queue::QueueReport>> NodeQueues::report(runtime::Shard& here, QueueRef queue) {
  auto work = [](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    answer((*live)->report());
  };
  Result<queue::QueueReport> report = co_await ask<Result<queue::QueueReport>>(here, queue, std::move(work));
  co_return report;
}

runtime::Task<Result<QueueCounts>> NodeQueues::counts(runtime::Shard& here, QueueRef queue) {
  auto work = [](Result<queue::LiveQueue*> live, auto answer) {
    if (!live) return answer(fail(live.error()));
    answer((*live)->counts());
  };
  Result<QueueCounts> counts = co_await ask<Result<QueueCounts>>(here, queue, std::move(work));
  co_return counts;
}

runtime::Task<std::vector<QueueCounts>> NodeQueues::counts_of(runtime::Shard& here, std::vector<QueueRef> queues) {
  std::vector<QueueCounts> counts(queues.size());
  std::vector<std::vector<std::size_t>> places(shards_.size());  // by shard
  for (std::size_t i = 0; i < queues.size(); ++i) places[queues[i].shard.value].push_back(i);
  for (std::size_t shard = 0; shard < places.size(); ++shard) {
    NodeShard* owner = &shards_.at(shard);
    for (std::size_t first = 0; first < places[shard].size(); first += kCountsPerSlice) {
      std::size_t end = std::min(places[shard].size(), first + kCountsPerSlice);
      auto look = [owner, &queues, &counts, slice = std::span(places[shard]).subspan(first, end - first)] {
        for (std::size_t place : slice) {
          if (const queue::LiveQueue* live = owner->queues->find(queues[place].id)) counts[place] = live->counts();
        }
      };
      co_await runtime::call_on(here, owner->shard, look);
      co_await runtime::next_turn(here);
    }
  }
  co_return counts;
}

}  // namespace wharf::broker
