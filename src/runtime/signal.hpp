#pragma once
// A sticky wake-up between tasks of one shard: notify() before wait() is not lost, many notify() are one wake-up.
// One task waits at a time.
#include <optional>

#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

class Signal {
 public:
  explicit Signal(Shard& shard) : shard_(shard) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  /// Nobody may be waiting any more.
  ~Signal();

  /// This shard only; use Shard::post to notify from elsewhere.
  void notify();
  /// Until notified. Takes the notification.
  Task<void> wait();
  /// Until notified (true) or `deadline` (false).
  Task<bool> wait_until(MonotonicTime deadline);
  bool notified() const { return notified_; }

 private:
  void resume(bool value);

  Shard& shard_;
  bool notified_ = false;
  std::optional<Resume<bool>> waiter_;
  std::optional<Timers::Handle> timer_;
};

}  // namespace wharf::runtime
