#pragma once
// What a queue hands out, and to what it hands it. Of the queue's own shard.
#include <cstdint>
#include <memory>
#include <vector>

#include "model/record.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

struct Delivery {
  MessageId id;
  std::uint32_t earlier_tries = 0;    // how often it came back before
  bool redelivered = false;           // a consumer may have seen it
  std::shared_ptr<const void> owner;  // of the record's views
  Record record;

  /// In its consumer's window.
  std::uint64_t window_bytes() const { return kWindowBytesPerMessage + (record.value ? record.value->size() : 0); }
};

/// One that was asked for.
struct GotMessage {
  Delivery delivery;
  std::uint64_t ready_left = 0;
};

class Outlet {
 public:
  virtual ~Outlet() = default;
  /// In the queue's order. Must not call the queue back before it returns.
  virtual void deliver(ConsumerId consumer, std::vector<Delivery> deliveries) = 0;
  // Of a consumer with a part of a shared limit (ConsumerOptions::share):
  /// There are messages for it, and it has no room in its share; once, until that is changed.
  virtual void wants(ConsumerId) {}
  /// So much of its share, as LiveQueue::take_share() asked.
  virtual void returned(ConsumerId, std::uint64_t) {}
  /// The queue has ended it. kQueueDeleted: what it held is gone with the queue. kTimedOut: that message is the queue's
  /// again; what else it holds it may settle, and is to be released after that. Not called for what release() ended.
  virtual void ended(ConsumerId consumer, EndReason reason) = 0;
};

}  // namespace wharf::queue
