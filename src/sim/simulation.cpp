#include "sim/simulation.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace wharf::sim {
namespace {

// What turns cost. Zero would let no delivery fall between two handlers that follow each other.
constexpr Nanoseconds kMostTurn = std::chrono::microseconds(4);
constexpr Nanoseconds kMostLongTurn = std::chrono::microseconds(300);
constexpr std::uint64_t kLongTurnOneIn = 64;
// How late an idle machine wakes: long enough that several deadlines are due at once.
constexpr Nanoseconds kMostLate = std::chrono::milliseconds(3);
constexpr std::uint64_t kLateOneIn = 16;

}  // namespace

Simulation::Simulation(std::uint64_t seed, const SimulationLimits& limits)
    : seed_(seed), limits_(limits), events_(seed), turns_(seed, "turns"), network_(seed, events_, trace_) {}

Simulation::~Simulation() {
  // Dropping a continuation posts the end of its frame to its shard: drop, let shards run that, and only then destroy them.
  events_.clear();
  for (bool busy = true; busy;) {
    busy = false;
    for (const std::unique_ptr<Machine>& machine : machines_) {
      for (std::size_t i = 0; i < machine->shards(); ++i) busy |= machine->shard(i).poll() > 0;
    }
    events_.clear();
  }
}

Machine& Simulation::add_machine(std::string host, std::size_t shards, std::unique_ptr<FaultyFileSystem> disk) {
  std::uint64_t number = machines_.size();
  if (!disk) disk = std::make_unique<FaultyFileSystem>(seed_ + number);
  machines_.push_back(std::make_unique<Machine>(seed_, number, std::move(host), shards, std::move(disk), events_, trace_));
  Machine& machine = *machines_.back();
  for (std::size_t i = 0; i < shards; ++i) {
    network_.attach(machine.shard(i), machine.host());
    order_.push_back({&machine, i});
  }
  return machine;
}

Machine& Simulation::power_loss(Machine& machine, const CrashModel& model) {
  trace_.event("power loss", machine.number());
  return replace(machine, machine.disk().crash(turns_.next(), model), Farewell::kSilence);
}

Machine& Simulation::kill(Machine& machine) {
  trace_.event("kill", machine.number());
  return replace(machine, machine.disk().kill(), Farewell::kReset);
}

Machine& Simulation::replace(Machine& machine, std::unique_ptr<FaultyFileSystem> disk, Farewell farewell) {
  for (std::size_t i = 0; i < machine.shards(); ++i) network_.detach(machine.shard(i), farewell);
  machine.pause_until(now());
  return add_machine(machine.host(), machine.shards(), std::move(disk));
}

void Simulation::advance_to(MonotonicTime time) {
  events_.advance_to(time);
  for (const std::unique_ptr<Machine>& machine : machines_) machine->clock().advance_to(time);
}

bool Simulation::give_turn(const Turn& turn) {
  runtime::Shard& shard = turn.machine->shard(turn.shard);
  std::optional<MonotonicTime> deadline = shard.timers().next_deadline();
  bool timers_due = deadline && *deadline <= now();
  bool ran = timers_due && turns_.coin() ? shard.timers().expire(now()) > 0 : shard.poll_one() > 0;
  if (!ran && timers_due) ran = shard.timers().expire(now()) > 0;
  if (!ran) return false;
  trace_.event("turn", turn.machine->number(), turn.shard, static_cast<std::uint64_t>(now().time_since_epoch().count()));
  Nanoseconds cost = turns_.between(Nanoseconds(0), turns_.one_in(kLongTurnOneIn) ? kMostLongTurn : kMostTurn);
  advance_to(now() + cost);
  return true;
}

bool Simulation::turn_of_a_shard() {
  // A drawn order without shuffling all of it: most often the first or second shard has something to do.
  for (std::size_t i = 0; i < order_.size(); ++i) {
    std::swap(order_[i], order_[i + turns_.below(order_.size() - i)]);
    if (!paused(*order_[i].machine) && give_turn(order_[i])) return true;
  }
  return false;
}

bool Simulation::jump() {
  std::optional<MonotonicTime> next = events_.next();
  for (const Turn& turn : order_) {
    std::optional<MonotonicTime> deadline = turn.machine->shard(turn.shard).timers().next_deadline();
    if (paused(*turn.machine)) deadline = turn.machine->paused_until();  // ready handlers may wait for it too
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  if (!next) return false;
  Nanoseconds late = turns_.one_in(kLateOneIn) ? turns_.between(Nanoseconds(0), kMostLate) : Nanoseconds(0);
  advance_to(*next + late);
  return true;
}

bool Simulation::step() {
  if (++steps_ > limits_.steps) give_up("the limit of steps is passed");
  bool event_first = events_.due() && turns_.coin();
  if (event_first) {
    events_.run_first();
    return true;
  }
  if (turn_of_a_shard()) return true;
  if (events_.due()) {
    events_.run_first();
    return true;
  }
  return jump();
}

bool Simulation::run_until(const std::function<bool()>& done, MonotonicTime deadline) {
  while (!done()) {
    if (now() >= deadline) return false;
    if (!step()) advance_to(deadline);
  }
  return true;
}

void Simulation::run_for(Nanoseconds time) {
  run_until([] { return false; }, now() + time);
}

bool Simulation::run_until_idle(Nanoseconds within) {
  MonotonicTime deadline = now() + within;
  while (now() < deadline) {
    if (!step()) return true;
  }
  return false;
}

void Simulation::run(runtime::Shard& shard, runtime::Task<void> task) {
  runtime::TaskScope scope(shard);
  scope.spawn("simulated", std::move(task));
  MonotonicTime deadline = now() + limits_.run;
  while (scope.running() > 0) {
    if (now() >= deadline) give_up("a run takes longer than its limit of virtual time");
    if (!step()) give_up("nothing is left to happen, but a run has not ended");
  }
}

void Simulation::give_up(const char* why) const {
  std::fprintf(stderr, "simulation: %s (seed %llu, step %llu, hash %016llx)\n", why, static_cast<unsigned long long>(seed_),
               static_cast<unsigned long long>(steps_), static_cast<unsigned long long>(trace_.hash()));
  std::abort();
}

}  // namespace wharf::sim
