#include "runtime/signal.hpp"

#include "model/error.hpp"

namespace wharf::runtime {

Signal::~Signal() { WHARF_ASSERT(!waiter_); }

void Signal::notify() {
  if (waiter_) {
    resume(true);
  } else {
    notified_ = true;
  }
}

void Signal::resume(bool value) {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_.reset();
  // By a post: the notifier's stack is not the waiter's.
  shard_.post([waiter = std::move(*waiter_), value]() mutable { std::move(waiter)(value); });
  waiter_.reset();
}

Task<void> Signal::wait() {
  if (notified_) {
    notified_ = false;
    co_return;
  }
  auto start = [this](Resume<bool> waiter) {
    WHARF_ASSERT(!waiter_);
    waiter_.emplace(std::move(waiter));
  };
  [[maybe_unused]] bool notified = co_await suspend<bool>(start);
}

Task<bool> Signal::wait_until(MonotonicTime deadline) {
  if (notified_) {
    notified_ = false;
    co_return true;
  }
  auto start = [this, deadline](Resume<bool> waiter) {
    WHARF_ASSERT(!waiter_);
    waiter_.emplace(std::move(waiter));
    timer_ = shard_.set_timer(deadline, [this] {
      timer_.reset();
      resume(false);
    });
  };
  bool notified = co_await suspend<bool>(start);
  co_return notified;
}

}  // namespace wharf::runtime
