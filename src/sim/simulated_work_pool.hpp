#pragma once
// The blocking pool in virtual time: jobs start in the order submitted, a few at a time, and take a drawn while.
//
// A job's body runs as one step, at the end of its while or, now and then, inside submit(): as on a real thread, what the
// submitter changes afterwards may or may not have happened before the job.
#include <cstddef>
#include <deque>

#include "runtime/work_pool.hpp"
#include "sim/event_queue.hpp"
#include "sim/trace.hpp"

namespace wharf::sim {

struct WorkConditions {
  std::size_t threads = 4;
  Nanoseconds least = std::chrono::microseconds(5);
  Nanoseconds most = std::chrono::milliseconds(2);
  std::uint32_t slow_one_in = 50;  // takes `slow` instead
  Nanoseconds slow = std::chrono::milliseconds(80);
  std::uint32_t at_once_one_in = 10;  // runs inside submit() when a thread is free
};

class SimulatedWorkPool final : public runtime::WorkPool {
 public:
  /// `events` and `trace` outlive the pool.
  SimulatedWorkPool(std::uint64_t seed, EventQueue& events, Trace& trace)
      : random_(seed, "work"), events_(events), trace_(trace) {}

  void submit(runtime::Job job) override;
  void set_conditions(const WorkConditions& conditions) { conditions_ = conditions; }
  std::size_t pending() const { return waiting_.size() + running_; }

 private:
  void start_next();

  SeededRandom random_;
  EventQueue& events_;
  Trace& trace_;
  WorkConditions conditions_;
  std::deque<runtime::Job> waiting_;
  std::size_t running_ = 0;
};

}  // namespace wharf::sim
