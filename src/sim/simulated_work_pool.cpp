#include "sim/simulated_work_pool.hpp"

namespace wharf::sim {

void SimulatedWorkPool::submit(runtime::Job job) {
  bool free = running_ < conditions_.threads && waiting_.empty();
  if (free && random_.one_in(conditions_.at_once_one_in)) {
    trace_.event("job at once");
    job();
    return;
  }
  waiting_.push_back(std::move(job));
  start_next();
}

void SimulatedWorkPool::start_next() {
  while (running_ < conditions_.threads && !waiting_.empty()) {
    ++running_;
    Nanoseconds takes = random_.between(conditions_.least, conditions_.most);
    if (random_.one_in(conditions_.slow_one_in)) takes = conditions_.slow;
    events_.after(takes, [this, job = std::move(waiting_.front())]() mutable {
      trace_.event("job");
      job();
      job = nullptr;
      --running_;
      start_next();
    });
    waiting_.pop_front();
  }
}

}  // namespace wharf::sim
