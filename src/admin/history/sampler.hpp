#pragma once
// Takes the samples: every five seconds the shards' counters are read, which count anyway. What takes a look at every
// queue (how much waits, which are the busiest) takes its turn no more often than keeps it below half a percent of a
// processor, however many queues there are.
#include <map>
#include <optional>
#include <string>

#include "admin/history/history.hpp"
#include "broker/entities.hpp"
#include "broker/operate.hpp"
#include "broker/statistics.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::history {

struct Ports {
  broker::Entities& entities;
  broker::Operate& operate;
  broker::Statistics& statistics;
};

class Sampler {
 public:
  /// All outlives the sampler.
  Sampler(runtime::Shard& shard, const Ports& ports) : shard_(shard), ports_(ports), tasks_(shard) {}
  void begin() { tasks_.spawn("history", sample()); }
  /// Await it before what the ports lead to stops.
  runtime::Task<void> stop();

  History& history() { return history_; }

 private:
  struct Depth {
    std::uint64_t ready = 0, unsettled = 0;
  };
  void wait();
  runtime::Task<void> sample();
  runtime::Task<void> sample_vhosts();
  runtime::Task<void> sample_queues();
  runtime::Task<void> measure_depths();
  runtime::Task<Depth> depth_of(std::string vhost);
  runtime::Task<void> find_busiest();
  /// When what has begun so long ago, and is done now, may be done again.
  MonotonicTime next_after(MonotonicTime begun, Nanoseconds least) const;

  runtime::Shard& shard_;
  Ports ports_;
  History history_;
  std::map<std::string, Depth> depths_;
  MonotonicTime next_depths_{}, next_busiest_{};
  std::optional<runtime::Timers::Handle> timer_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::history
