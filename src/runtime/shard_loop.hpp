#pragma once
// A shard's loop, for threads that share shards (shard_threads.hpp): it goes from one thread to another, and one thread
// can run several. One thread has it at a time; the order of what they do with it is theirs to keep.
#include <atomic>
#include <cstddef>
#include <optional>

#include <boost/asio/executor_work_guard.hpp>

#include "runtime/busy_time.hpp"
#include "runtime/inbox.hpp"
#include "runtime/shard.hpp"
#include "runtime/thread_hold.hpp"

namespace wharf::runtime {

class ShardLoop {
 public:
  /// `shard` outlives it. Before any thread runs it.
  explicit ShardLoop(Shard& shard);
  /// Behind all of them: jobs wait for whoever runs the shard next.
  ~ShardLoop();
  ShardLoop(const ShardLoop&) = delete;
  ShardLoop& operator=(const ShardLoop&) = delete;

  Shard& shard() { return shard_; }
  /// Readable while there is something to do that no timer of the shard and no job of the thread that runs it began: an
  /// epoll descriptor.
  int descriptor() const { return descriptor_; }

  // A thread that has no other runs it:
  /// Until leave() or Shard::stop(), or not at all where `ended` says so: it is set before stop() is called.
  void run(const std::atomic<bool>& ended);

  // A thread that runs others beside it:
  /// Has it from here on.
  void take();
  /// Has it no more.
  void give();
  /// What jobs of this thread, and timers, have made ready since this was asked last is run_some()'s. Whether there is
  /// any.
  bool made_ready(MonotonicTime now);
  /// So many handlers at most, and waits for none; how many there were.
  std::size_t run_some(std::size_t most);

  // Either:
  /// Asks it to go to another thread: run() ends, run_some() ends early, once nothing holds it.
  void leave() { hold_.leave(); }
  bool held() const { return hold_.held(); }
  BusyTime& busy_time() { return busy_; }

 private:
  using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  Shard& shard_;
  Inbox& inbox_;
  ThreadHold& hold_;
  BusyTime& busy_;
  int descriptor_;
  std::optional<WorkGuard> guard_;  // between take() and give()
};

}  // namespace wharf::runtime
