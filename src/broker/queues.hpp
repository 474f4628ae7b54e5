#pragma once
// Port: messages into queues, to consumers, and what became of them. A queue lives on one shard; who uses it may be on
// any. Calls from one shard about one queue take effect in the order of the calls.
//
//   std::vector<Result<void>> kept = co_await queues.enqueue(here, std::move(parts));   // a batch per queue, one hop
//   queue::ConsumerId id = queues.new_consumer_id(here);
//   Result<void> begun = co_await queues.subscribe(here, queue, id, {.options = {.prefetch = 100}}, sink);
//   ...sink->deliver(id, deliveries)...
//   queues.wrote(here, queue, id, bytes);                 // the client's socket took them: more may come
//   queues.settle(here, queue, id, {{first, last, Verdict::kDone}});
//   co_await queues.stop(here, queue, id);                // no more deliveries; what it holds can still be settled
//   co_await queues.release(here, queue, id);             // what it holds goes back
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "queue/core/consumers.hpp"
#include "queue/core/queue_info.hpp"
#include "queue/core/types.hpp"
#include "queue/shell/browse.hpp"
#include "queue/shell/delivery.hpp"
#include "queue/shell/incoming.hpp"
#include "queue/shell/report.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

using queue::QueueCounts;
using queue::QueueRef;

struct EnqueuePart {
  QueueRef queue;
  queue::Incoming messages;  // their batch as model/message.hpp writes it, `prepared`
};

using queue::Delivery;

struct ConsumerRequest {
  queue::ConsumerOptions options;
  std::string selector;  // takes only messages that match (docs/selectors.md); empty: any
};

/// What a consumer's connection is told, on its own shard.
class ConsumerSink {
 public:
  virtual ~ConsumerSink() = default;
  /// In the queue's order.
  virtual void deliver(queue::ConsumerId consumer, std::vector<Delivery> deliveries) = 0;
  // As of queue::Outlet:
  virtual void wants(queue::ConsumerId) {}
  virtual void returned(queue::ConsumerId, std::uint64_t) {}
  /// The queue has ended it; what it held is the queue's again. Not called for what release() ended.
  virtual void ended(queue::ConsumerId consumer, queue::EndReason reason) = 0;
};

struct LeavingConsumer {
  QueueRef queue;
  queue::Leaver leaver;
};

using Got = queue::GotMessage;
using queue::Browsed;
using queue::BrowsedMessage;
using queue::BrowseRequest;
using queue::SelectivePurge;

class Queues {
 public:
  virtual ~Queues() = default;
  /// One outcome per part, in order. kFull: the queue refuses new messages (overflow); kNotFound: it is gone;
  /// kDiskFull, kStorage, kBusy.
  virtual runtime::Task<std::vector<Result<void>>> enqueue(runtime::Shard& here, std::vector<EnqueuePart> parts) = 0;

  /// kNotFound; kLocked: an exclusive consumer is there, or one is asked for and others are there; kInvalidArgument,
  /// kTooLarge: the selector is none. Deliveries may come
  /// before this returns its id to the caller: the id is chosen by the caller's shard (new_consumer_id()).
  virtual queue::ConsumerId new_consumer_id(runtime::Shard& here) = 0;
  virtual runtime::Task<Result<void>> subscribe(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                                ConsumerRequest request, std::shared_ptr<ConsumerSink> sink) = 0;
  /// So many bytes of its window (Delivery::window_bytes()) are out of the way.
  virtual void wrote(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::uint64_t bytes) = 0;
  /// The consumer's part of a limit that it shares with others (ConsumerOptions::share) is so much larger, or smaller.
  virtual void change_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, std::int64_t more) = 0;
  /// What it does not use of it, or half of that, is its no more: its sink is told how much.
  virtual void take_share(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer, bool all) = 0;
  virtual void settle(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                      std::vector<queue::Settlement> settlements) = 0;
  /// The same, and returns when it is on disk: for transactions.
  virtual runtime::Task<Result<void>> settle_durably(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer,
                                                     std::vector<queue::Settlement> settlements) = 0;
  /// A message may go out before it is on disk (docs/decisions/041): returns when this one is there, with all before
  /// it. kStorage, kDiskFull: not now.
  virtual runtime::Task<Result<void>> until_kept(runtime::Shard& here, QueueRef queue, queue::MessageId message) = 0;
  /// No delivery begins after it returns; what is on its way still arrives before. What it holds stays its own.
  virtual runtime::Task<void> stop(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer) = 0;
  /// Consumers are gone, of one queue and at once: nothing of one goes to another of them. What they hold goes back to
  /// its place, as returned, and what was not sent as if it had never been out.
  virtual runtime::Task<void> release(runtime::Shard& here, QueueRef queue, std::vector<queue::Leaver> leaving) = 0;
  runtime::Task<void> release(runtime::Shard& here, QueueRef queue, queue::ConsumerId consumer) {
    return release(here, queue, {queue::Leaver{.consumer = consumer}});
  }
  /// A client's consumers, of whatever queues: each queue is told once.
  runtime::Task<void> release_all(runtime::Shard& here, std::vector<LeavingConsumer> leaving);

  /// One message now, or none. `holder` holds it until settled (unless `settled`); it is any id from new_consumer_id(),
  /// comes into being with the first get and is forgotten with the last that it settles; release() gives back what it
  /// holds, and answers what it asked for: kClosed. kNotFound; kStorage, kDiskFull: the disk.
  virtual runtime::Task<Result<std::optional<Got>>> get(runtime::Shard& here, QueueRef queue, queue::ConsumerId holder,
                                                        bool settled) = 0;
  /// What is in it from a place on, and where to go on: nothing is taken, and nothing changes for its consumers.
  /// Messages that are with consumers are shown too. kNotFound; kInvalidArgument, kTooLarge: the selector is none;
  /// kStorage, kBusy: the disk.
  virtual runtime::Task<Result<Browsed>> browse(runtime::Shard& here, QueueRef queue, BrowseRequest request) = 0;
  /// Declared again: the time after which an unused queue goes begins anew.
  virtual void used(runtime::Shard& here, QueueRef queue) = 0;
  /// A message that is ready, or waits for its next try, to `holder` out of turn, as by get(); it is to be settled, or
  /// given back to its place, soon. `bytes`: of its body, as it was seen by browse(). kNotFound; kLocked: it is a
  /// consumer's.
  virtual runtime::Task<Result<void>> hold(runtime::Shard& here, QueueRef queue, queue::ConsumerId holder,
                                           queue::MessageId message, std::uint32_t bytes) = 0;
  /// Drops the oldest ready messages, of the lowest priority first, and all of them where there are no more than
  /// `most`; how many.
  virtual runtime::Task<Result<std::uint64_t>> purge(runtime::Shard& here, QueueRef queue, std::uint64_t most) = 0;
  runtime::Task<Result<std::uint64_t>> purge(runtime::Shard& here, QueueRef queue) {
    return purge(here, queue, std::numeric_limits<std::uint64_t>::max());
  }
  /// The same of those that match a selector, among what is there at the beginning; however many wait, others on the
  /// queue's shard have their turns. Errors as browse(); after kStorage, kBusy and kClosed some may be dropped.
  virtual runtime::Task<Result<std::uint64_t>> purge_selected(runtime::Shard& here, QueueRef queue,
                                                              SelectivePurge purge) = 0;
  virtual runtime::Task<Result<QueueCounts>> counts(runtime::Shard& here, QueueRef queue) = 0;
  /// What it keeps on disk, and because of what.
  virtual runtime::Task<Result<queue::QueueReport>> report(runtime::Shard& here, QueueRef queue) = 0;
  /// Of many, by place; zeros for one that is gone. Looks at some hundred at a time, so that no shard stands still for
  /// it.
  virtual runtime::Task<std::vector<QueueCounts>> counts_of(runtime::Shard& here, std::vector<QueueRef> queues) = 0;
};

}  // namespace wharf::broker
