#pragma once
// A job of one shard that is asked for any number of times, and then runs once, at the shard's next turn: what is to be
// done when more has gathered.
//
//   Wake can_write_{shard, [this] { write(); }};
//   can_write_.notify();
//   ...
//   co_await can_write_.settle();             // nobody notifies it any more
#include <utility>

#include "model/error.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

class Wake {
 public:
  Wake(Shard& shard, Job job) : shard_(shard), job_(std::move(job)) {}
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  /// Settled.
  ~Wake() { WHARF_ASSERT(!is_posted_); }

  /// This shard only.
  void notify() {
    if (std::exchange(is_posted_, true)) return;
    shard_.post([this] {
      is_posted_ = false;
      job_();
    });
  }
  /// Until what was asked for has run.
  Task<void> settle() {
    while (is_posted_) co_await next_turn(shard_);
  }

 private:
  Shard& shard_;
  Job job_;
  bool is_posted_ = false;
};

}  // namespace wharf::runtime
