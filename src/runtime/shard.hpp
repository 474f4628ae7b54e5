#pragma once
// A shard: one event loop, what it accepted, what it owns. State of a shard is touched from its own loop only; another
// shard, or a thread of the blocking pool, hands over a job with post(). No locks on the hot path, nothing shared.
#include <atomic>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "model/ids.hpp"
#include "runtime/clock.hpp"
#include "runtime/task.hpp"
#include "runtime/timers.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::runtime {

class Shard {
 public:
  /// `clock` and `pool` outlive the shard.
  Shard(ShardIndex index, const Clock& clock, WorkPool& pool);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  ShardIndex index() const { return index_; }
  const Clock& clock() const { return clock_; }
  MonotonicTime now() const { return clock_.monotonic_now(); }
  WorkPool& work_pool() { return pool_; }
  boost::asio::io_context& context() { return context_; }  // for runtime/ and sim/ alone
  /// Processor time that the calling thread has used: call it on the shard's own loop, whose time it then is.
  static Nanoseconds busy_time();

  /// Queues `job` for this shard. From any thread; jobs of one sender run in the order sent.
  void post(Job job);

  /// Calls back at `deadline`, from this shard's loop. This shard only.
  Timers::Handle set_timer(MonotonicTime deadline, Timers::Callback callback);
  bool cancel_timer(Timers::Handle handle) { return timers_.cancel(handle); }

  /// The real loop: runs on the calling thread until stop(). Timers fire by the kernel's clock.
  void run();
  /// Ends run() after the handler in progress. From any thread.
  void stop();

  /// One turn of the simulated loop: everything that is ready, nothing that must be waited for.
  std::size_t poll();
  /// The first handler that is ready, or none: the simulator's unit of interleaving.
  std::size_t poll_one();
  Timers& timers() { return timers_; }

 private:
  void arm();

  ShardIndex index_;
  const Clock& clock_;
  WorkPool& pool_;
  boost::asio::io_context context_{1};
  Timers timers_;  // after the context: a callback that dies unrun may post to it
  std::optional<boost::asio::steady_timer> wake_;  // only while run() runs
  std::optional<MonotonicTime> armed_;
};

/// Lets everything else that is ready on this shard run first: between the slices of long work.
Task<void> next_turn(Shard& here);

/// Suspends the calling task until the work pool has run `work`; gives its result. `work` must own what it touches.
template <class Work>
auto run_blocking(Shard& here, Work work) -> Task<decltype(work())>;

/// Runs `work` on shard `there` and gives its result back here: two hops, or none when it is the same shard.
template <class Work>
auto call_on(Shard& here, Shard& there, Work work) -> Task<decltype(work())>;

/// The same for an answer that takes its time: `ask(answer)` runs on shard `there`, which owes one call of answer(T), then or later.
template <class T, class Ask>
Task<T> ask_on(Shard& here, Shard& there, Ask ask);

}  // namespace wharf::runtime

#include "runtime/shard_calls.hpp"  // the templates' bodies
