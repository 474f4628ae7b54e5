#include "sim/simulation.hpp"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/signal.hpp"
#include "sim/seeds.hpp"

namespace wharf::sim {
namespace {

using runtime::OpenMode;
using runtime::Shard;
using runtime::Signal;
using runtime::Task;
using runtime::TaskScope;
using namespace std::chrono_literals;

Task<void> sleep(Shard* shard, Nanoseconds time) {
  Signal never(*shard);
  bool notified = co_await never.wait_until(shard->now() + time);
  EXPECT_FALSE(notified);
}

/// A small server with all that a real one has: an accept loop, a task per connection, a log on disk that is synced by the
/// work pool before the reply, and an orderly close.
class Ledger {
 public:
  Ledger(Machine& machine, SimulatedNetwork& network) : machine_(machine), network_(network), tasks_(machine.shard()) {}

  Task<Result<void>> start() {
    Result<std::unique_ptr<runtime::File>> file = machine_.disk().open("ledger", OpenMode::kCreate);
    if (!file) co_return fail(file.error());
    file_ = std::move(*file);
    Result<std::uint64_t> size = file_->size();
    if (!size) co_return fail(size.error());
    end_ = *size;
    Result<void> named = machine_.disk().sync_folder("/");
    if (!named) co_return named;
    Result<std::unique_ptr<runtime::Listener>> listener = network_.listen(machine_.shard(), {"", 9000});
    if (!listener) co_return fail(listener.error());
    listener_ = std::move(*listener);
    tasks_.spawn("accept", accept_loop());
    co_return Result<void>();
  }

  Task<void> close() {
    listener_->close();
    for (std::unique_ptr<runtime::Stream>& stream : streams_) stream->close();
    co_await tasks_.close();
  }

 private:
  Task<void> accept_loop() {
    while (!tasks_.stopping()) {
      Result<std::unique_ptr<runtime::Stream>> stream = co_await listener_->accept(machine_.shard());
      if (!stream) co_return;
      streams_.push_back(std::move(*stream));
      tasks_.spawn("serve", serve(streams_.back().get()));
    }
  }

  Task<void> serve(runtime::Stream* stream) {
    std::vector<std::byte> bytes(64);
    while (true) {
      Result<std::size_t> got = co_await stream->read_some(bytes);
      if (!got || *got == 0) break;
      bool stored = co_await store(SharedBytes::copy_of(ByteView(bytes).first(*got)));
      if (!stored) break;
      std::vector<runtime::OutPiece> reply;
      reply.emplace_back(SharedBytes::copy_of(ByteView(bytes).first(*got)));
      Result<void> sent = co_await stream->write(std::move(reply));
      if (!sent) break;
    }
    stream->close();
  }

  Task<bool> store(SharedBytes bytes) {
    std::uint64_t position = end_;
    end_ += bytes.size();
    if (!file_->write_at(position, bytes.view())) co_return false;
    auto sync = [file = file_] { return file->sync_data().has_value(); };
    bool synced = co_await runtime::run_blocking(machine_.shard(), sync);
    co_return synced;
  }

  Machine& machine_;
  SimulatedNetwork& network_;
  std::shared_ptr<runtime::File> file_;
  std::uint64_t end_ = 0;
  std::unique_ptr<runtime::Listener> listener_;
  std::vector<std::unique_ptr<runtime::Stream>> streams_;
  TaskScope tasks_;
};

/// Sends letters one at a time and waits for each to come back; counts those that did.
Task<std::size_t> client(SimulatedNetwork* network, Machine* machine, std::size_t letters) {
  Result<std::unique_ptr<runtime::Stream>> stream = co_await network->connect(machine->shard(), {"server", 9000});
  if (!stream) co_return 0;
  std::size_t answered = 0;
  for (; answered < letters; ++answered) {
    std::vector<runtime::OutPiece> request;
    request.emplace_back(SharedBytes::copy_of(as_bytes("x")));
    Result<void> sent = co_await (*stream)->write(std::move(request));
    if (!sent) break;
    std::byte echo{};
    Result<std::size_t> got = co_await (*stream)->read_some(MutableBytes(&echo, 1));
    if (!got || *got == 0) break;
  }
  co_return answered;
}

Task<void> count_answers(SimulatedNetwork* network, Machine* machine, std::size_t letters, std::size_t* answers) {
  std::size_t answered = co_await client(network, machine, letters);
  *answers += answered;
}

struct Outcome {
  std::uint64_t hash = 0;
  std::uint64_t events = 0;  // in the hash
  std::size_t answered = 0;
  std::uint64_t stored = 0;
};

/// Three clients write into a ledger; the machine loses power at a drawn time; what was answered must be there after.
Outcome power_loss_scenario(std::uint64_t seed) {
  Simulation simulation(seed);
  Machine& server = simulation.add_machine("server");
  Machine& clients = simulation.add_machine("clients", 2);
  Ledger ledger(server, simulation.network());
  Result<void> started = simulation.run(server.shard(), ledger.start());
  EXPECT_TRUE(started);

  Outcome outcome;
  TaskScope scope(clients.shard());
  for (int i = 0; i < 3; ++i) scope.spawn("client", count_answers(&simulation.network(), &clients, 50, &outcome.answered));
  simulation.run_for(simulation.random("when").between(Nanoseconds(0), Nanoseconds(60ms)));
  Machine& reborn = simulation.power_loss(server);
  simulation.run(server.shard(), ledger.close());

  Ledger after(reborn, simulation.network());
  EXPECT_TRUE(simulation.run(reborn.shard(), after.start()));
  // Clients whose last letter is lost in the power cut wait for an answer until something else resets them.
  simulation.run_for(1s);
  simulation.network().reset_between("clients", "server");
  simulation.run(clients.shard(), scope.close());
  Result<std::unique_ptr<runtime::File>> file = reborn.disk().open("ledger", OpenMode::kRead);
  EXPECT_TRUE(file);
  outcome.stored = (*file)->size().value_or(0);
  simulation.run(reborn.shard(), after.close());
  outcome.hash = simulation.hash();
  outcome.events = simulation.trace().count();
  return outcome;
}

TEST(Simulation, TheSameSeedGivesTheSameHashTwiceAndAnotherSeedAnother) {
  std::set<std::uint64_t> hashes;
  auto scenario = [&hashes](std::uint64_t seed) {
    std::uint64_t hash = power_loss_scenario(seed).hash;
    hashes.insert(hash);
    return hash;
  };
  EXPECT_EQ(run_seeds(100, scenario), std::vector<std::uint64_t>{});
  Outcome one = power_loss_scenario(1);
  EXPECT_NE(one.hash, power_loss_scenario(2).hash);
  EXPECT_GT(one.events, 100u);
  RecordProperty("events_of_seed_1", fmt::format("{}", one.events));
  RecordProperty("hash_of_seed_1", fmt::format("{:016x}", one.hash));
  RecordProperty("different_hashes", fmt::format("{}", hashes.size()));
}

TEST(Simulation, WhatWasSyncedBeforeTheAnswerIsThereAfterAPowerLoss) {
  std::size_t interrupted = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Outcome outcome = power_loss_scenario(seed);
    EXPECT_GE(outcome.stored, outcome.answered) << "seed " << seed;
    interrupted += outcome.answered > 0 && outcome.answered < 150;
  }
  EXPECT_GT(interrupted, 20u) << "the power must go in the middle of things";
}

TEST(Simulation, HoursPassAtOnceAndTimersFireInOrder) {
  Simulation simulation(7);
  Machine& machine = simulation.add_machine("a");
  std::string order;
  MonotonicTime start = simulation.now();
  for (int hours : {5, 1, 3}) {
    machine.shard().set_timer(start + std::chrono::hours(hours), [&order, hours] { order += std::to_string(hours); });
  }
  EXPECT_TRUE(simulation.run_until_idle(24h));
  EXPECT_EQ(order, "135");
  EXPECT_GE(simulation.now() - start, Nanoseconds(5h));
  EXPECT_LT(simulation.now() - start, Nanoseconds(5h + 1s));
}

TEST(Simulation, TheWallClockFollowsTimeAndJumpsAlone) {
  Simulation simulation(7);
  Machine& machine = simulation.add_machine("a");
  Timestamp before = machine.clock().wall_now();
  MonotonicTime monotonic = machine.clock().monotonic_now();
  simulation.run(machine.shard(), sleep(&machine.shard(), 10s));
  EXPECT_GE(machine.clock().wall_now().ms, before.ms + 10'000);
  machine.clock().jump_wall(-1h);
  EXPECT_LT(machine.clock().wall_now().ms, before.ms);
  EXPECT_GE(machine.clock().monotonic_now() - monotonic, Nanoseconds(10s));
}

TEST(Simulation, AtADeadlineRunUntilGivesUp) {
  Simulation simulation(7);
  MonotonicTime deadline = simulation.now() + 1s;
  EXPECT_FALSE(simulation.run_until([] { return false; }, deadline));
  EXPECT_GE(simulation.now(), deadline);
  EXPECT_TRUE(simulation.run_until([] { return true; }, deadline));
}

TEST(Simulation, TurnsOfShardsInterleaveDifferentlyPerSeed) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Simulation simulation(seed);
    Machine& machine = simulation.add_machine("a", 2);
    std::string order;
    for (char letter : {'a', 'b'}) machine.shard(0).post([&order, letter] { order += letter; });
    for (char letter : {'x', 'y'}) machine.shard(1).post([&order, letter] { order += letter; });
    simulation.run_until_idle(1s);
    EXPECT_LT(order.find('a'), order.find('b')) << "one shard's jobs keep their order";
    EXPECT_LT(order.find('x'), order.find('y'));
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6u) << "all interleavings are found";
}

TEST(Simulation, WorkStartsInOrderAndEndsInAny) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Simulation simulation(seed);
    Machine& machine = simulation.add_machine("a");
    std::string order;
    for (char letter : {'a', 'b', 'c'}) machine.work_pool().submit([&order, letter] { order += letter; });
    simulation.run_until_idle(1s);
    EXPECT_EQ(order.size(), 3u);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6u);

  Simulation simulation(1);
  Machine& machine = simulation.add_machine("a");
  machine.work_pool().set_conditions({.threads = 1});
  std::string order;
  for (char letter : {'a', 'b', 'c'}) machine.work_pool().submit([&order, letter] { order += letter; });
  simulation.run_until_idle(1s);
  EXPECT_EQ(order, "abc") << "one thread keeps the order";
}

TEST(Simulation, APausedMachineWakesLateAndOthersGoOn) {
  Simulation simulation(5);
  Machine& paused = simulation.add_machine("a");
  Machine& other = simulation.add_machine("b");
  MonotonicTime start = simulation.now();
  MonotonicTime fired_paused{};
  MonotonicTime fired_other{};
  paused.pause_until(start + 10s);
  paused.shard().set_timer(start + 1s, [&] { fired_paused = simulation.now(); });
  other.shard().set_timer(start + 1s, [&] { fired_other = simulation.now(); });
  EXPECT_TRUE(simulation.run_until_idle(1min));
  EXPECT_GE(fired_paused, start + 10s);
  EXPECT_LT(fired_other, start + 2s);
}

Task<std::size_t> sum_over_shards(Machine* machine) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < machine->shards(); ++i) {
    std::size_t index = co_await runtime::call_on(machine->shard(0), machine->shard(i), [i] { return i + 1; });
    sum += index;
  }
  co_return sum;
}

TEST(Simulation, CallsBetweenShardsComeBack) {
  Simulation simulation(3);
  Machine& machine = simulation.add_machine("a", 4);
  EXPECT_EQ(simulation.run(machine.shard(), sum_over_shards(&machine)), 10u);
}

Task<void> post_for_ever(Shard* shard) {
  while (true) co_await sleep(shard, 1ms);
}

TEST(SimulationDeathTest, AnEndlessScenarioStopsWithItsSeed) {
  EXPECT_DEATH(
      {
        Simulation simulation(42, {.steps = 10'000});
        Machine& machine = simulation.add_machine("a");
        simulation.run(machine.shard(), post_for_ever(&machine.shard()));
      },
      "limit of steps is passed \\(seed 42");
}

TEST(SimulationDeathTest, ATaskThatNobodyWakesIsFound) {
  EXPECT_DEATH(
      {
        Simulation simulation(43);
        Machine& machine = simulation.add_machine("a");
        Signal never(machine.shard());
        simulation.run(machine.shard(), never.wait());
      },
      "has not ended \\(seed 43");
}

}  // namespace
}  // namespace wharf::sim
