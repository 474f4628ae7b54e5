#pragma once
// The threads that run a node's shards. With much to do each shard has one of its own. With little to do the first
// thread runs them all: what one shard asks of another then wakes no thread, and that is most of what a lone message
// costs (docs/decisions/036-shards-share-a-thread.md). Shards do not notice: one thread has a shard's loop at a time.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/shard_loop.hpp"

namespace wharf::runtime {

/// When threads share, and when no longer.
struct SharingLimits {
  bool may_share = true;
  /// The first thread gives the others their shards once it has had something to do for half of this or longer.
  Milliseconds busy_window{10};
  /// It takes them back when all together have needed a smaller part of one processor than this in each of so many
  /// windows.
  double calm_part = 0.3;
  Milliseconds calm_window{100};
  int calm_windows = 5;
};

class ShardThreads {
 public:
  /// They run from here on. At least one shard; all outlive the threads.
  explicit ShardThreads(const std::vector<Shard*>& shards, SharingLimits limits = {});
  /// Ends each behind the handler in progress.
  ~ShardThreads();

 private:
  /// A shard and who has it.
  struct Lane {
    explicit Lane(Shard& shard) : loop(shard) {}
    ShardLoop loop;
    clockid_t clock{};        // of `thread`
    bool with_first = false;  // under mutex_
    bool here = false;        // of the first thread: it has it in run_all()
    bool ready = false;       // the same: there may be something to do
    std::jthread thread;
  };
  class Share;  // how much of its time the first thread is at work

  bool shares() const { return limits_.may_share && lanes_.size() > 1; }
  void start(Lane& lane);
  void run_first();
  void run_other(Lane* lane);

  // The first thread has all loops:
  void run_all();
  void run_until_busy();
  bool run_ready();
  void wait_for_ready();
  std::optional<MonotonicTime> next_deadline() const;
  void run_lane(Lane& lane);
  void take(Lane& lane);
  /// What nothing holds here goes to its own thread. True: all have gone.
  bool give_back();

  // Each thread has its own:
  void run_own();
  void look_for_calm();
  Nanoseconds time_of_all();

  const SharingLimits limits_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  int ready_set_ = -1;  // epoll: descriptors of all loops, and stop_event_
  int stop_event_ = -1;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable handed_over_;

  // Of the first thread:
  std::optional<Timers::Handle> look_;
  Nanoseconds looked_at_{};  // what all had used
  int calm_ = 0;
};

}  // namespace wharf::runtime
