#pragma once
// Whole machines in one thread and in virtual time, driven by one seed: shards take turns in drawn order, time moves only
// when the drawn costs of turns say so or when nothing is ready, and every turn, delivery and disk call goes into a hash.
// Same seed, same build: same history.
//
//   sim::Simulation simulation(seed);
//   sim::Machine& machine = simulation.add_machine("a", 2);
//   auto broker = simulation.run(machine.shard(), Broker::start(machine.shard(), machine.disk(), simulation.network()));
//   ...
//   sim::Machine& reborn = simulation.power_loss(machine);   // `machine` lives on in a vacuum
//   simulation.run(machine.shard(), broker->close());        // as a ghost it winds down like at any stop
//   broker.reset();
//   ... start another on `reborn`
//
// Crashes (docs/decisions/002-simulated-loop.md): a crashed machine's disk and network are gone at once and nothing that it
// does reaches anybody any more; its tasks are not destroyed but end by its owner's ordinary close. So a close must end on a
// dead disk.
//
// Every run has a limit of steps. Passing it, or an idle simulation with an unfinished run(), is a bug: the process stops
// with the seed.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/task_scope.hpp"
#include "sim/machine.hpp"
#include "sim/simulated_network.hpp"

namespace wharf::sim {

struct SimulationLimits {
  std::uint64_t steps = 50'000'000;
  Nanoseconds run = std::chrono::hours(24);  // virtual time that one run() may take
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed, const SimulationLimits& limits = {});
  /// Tasks that nobody ended are destroyed where they stand: close what was started first.
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  std::uint64_t seed() const { return seed_; }
  MonotonicTime now() const { return events_.now(); }
  SimulatedNetwork& network() { return network_; }
  EventQueue& events() { return events_; }
  Trace& trace() { return trace_; }
  std::uint64_t hash() const { return trace_.hash(); }
  /// A stream of its own for a test's workload.
  SeededRandom random(std::string_view salt) const { return SeededRandom(seed_, salt); }

  /// References stay valid as long as the simulation, crashed machines' too. With an empty disk, or with `disk`.
  Machine& add_machine(std::string host, std::size_t shards = 1, std::unique_ptr<FaultyFileSystem> disk = nullptr);
  /// The machine stops in the middle of things; what its disk kept starts anew on the same host, with nothing running.
  Machine& power_loss(Machine& machine, const CrashModel& model = {});
  /// kill -9: the disk keeps all that was written, peers hear a reset.
  Machine& kill(Machine& machine);

  /// One handler, timer or event. False when nothing is left to happen.
  bool step();
  /// Until `done` says so (true) or virtual time has reached `deadline` (false).
  bool run_until(const std::function<bool()>& done, MonotonicTime deadline);
  void run_for(Nanoseconds time);
  /// Until nothing is left to happen (true), timers included, or `within` has passed (false).
  bool run_until_idle(Nanoseconds within);
  /// Runs `task` on `shard`, with everything else, to its end.
  template <class T>
  T run(runtime::Shard& shard, runtime::Task<T> task);
  void run(runtime::Shard& shard, runtime::Task<void> task);

 private:
  struct Turn {
    Machine* machine;
    std::size_t shard;
  };

  Machine& replace(Machine& machine, std::unique_ptr<FaultyFileSystem> disk, Farewell farewell);
  bool paused(const Machine& machine) const { return machine.paused_until() > now(); }
  bool turn_of_a_shard();
  bool give_turn(const Turn& turn);
  bool jump();
  void advance_to(MonotonicTime time);
  [[noreturn]] void give_up(const char* why) const;

  template <class T>
  static runtime::Task<void> keep(runtime::Task<T> task, std::optional<T>* into) {
    T value = co_await std::move(task);
    into->emplace(std::move(value));
  }

  std::uint64_t seed_;
  SimulationLimits limits_;
  Trace trace_;
  EventQueue events_;
  SeededRandom turns_;
  SimulatedNetwork network_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<Turn> order_;  // all shards, shuffled anew for each step
  std::uint64_t steps_ = 0;
};

template <class T>
T Simulation::run(runtime::Shard& shard, runtime::Task<T> task) {
  std::optional<T> result;
  run(shard, keep(std::move(task), &result));
  return std::move(*result);
}

}  // namespace wharf::sim
