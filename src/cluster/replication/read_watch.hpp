#pragma once
// Wakes one waiting reader once, whichever of the partitions it waits on moves first, on whichever shard.
#include <atomic>
#include <memory>

#include "runtime/shard.hpp"
#include "runtime/signal.hpp"

namespace wharf::cluster {

class ReadWatch : public std::enable_shared_from_this<ReadWatch> {
 public:
  explicit ReadWatch(runtime::Shard& reader) : reader_(reader), signal_(reader) {}

  /// From any shard. Only the first call does anything.
  void fire() {
    if (fired_.exchange(true, std::memory_order_acq_rel)) return;
    reader_.post([self = shared_from_this()] { self->signal_.notify(); });
  }
  /// Nobody waits any more.
  void dismiss() { fired_.store(true, std::memory_order_release); }
  /// True once it fired or was dismissed: lists drop it.
  bool fired() const { return fired_.load(std::memory_order_acquire); }
  /// The reader's shard: true when fired, false at `deadline`. After a timeout it counts as fired.
  runtime::Task<bool> wait_until(MonotonicTime deadline) {
    bool notified = co_await signal_.wait_until(deadline);
    fired_.store(true, std::memory_order_release);
    co_return notified;
  }

 private:
  runtime::Shard& reader_;
  runtime::Signal signal_;
  std::atomic<bool> fired_ = false;
};

}  // namespace wharf::cluster
