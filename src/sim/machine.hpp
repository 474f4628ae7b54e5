#pragma once
// One computer of a simulation and the process on it: shards, a pool, clocks and a disk of its own, on a host of the network.
#include <memory>
#include <string>
#include <vector>

#include "runtime/shard.hpp"
#include "sim/faulty_file_system.hpp"
#include "sim/simulated_clock.hpp"
#include "sim/simulated_work_pool.hpp"

namespace wharf::sim {

class Machine {
 public:
  /// `number` tells machines apart in the trace. `events` and `trace` outlive the machine.
  Machine(std::uint64_t seed, std::uint64_t number, std::string host, std::size_t shards, std::unique_ptr<FaultyFileSystem> disk,
          EventQueue& events, Trace& trace);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const std::string& host() const { return host_; }
  std::uint64_t number() const { return number_; }
  std::size_t shards() const { return shards_.size(); }
  runtime::Shard& shard(std::size_t index = 0) { return *shards_[index]; }
  SimulatedClock& clock() { return clock_; }
  SimulatedWorkPool& work_pool() { return pool_; }
  FaultyFileSystem& disk() { return *disk_; }
  /// No shard of it has a turn before then; its timers fire late, as after a long pause of the process.
  void pause_until(MonotonicTime time) { paused_until_ = time; }
  MonotonicTime paused_until() const { return paused_until_; }

 private:
  std::string host_;
  std::uint64_t number_;
  SimulatedClock clock_;
  SimulatedWorkPool pool_;
  std::unique_ptr<FaultyFileSystem> disk_;
  std::vector<std::unique_ptr<runtime::Shard>> shards_;
  MonotonicTime paused_until_ = SimulatedClock::kStart;
};

}  // namespace wharf::sim
