// A store under random work on a disk that loses power, from seeds: at drawn times, and at every single change of the
// disk.
#include <cstdlib>

#include <gtest/gtest.h>

#include "log/store_testing.hpp"
#include "sim/disk_trouble.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::small_segments;
using testing::StoreFixture;
using testing::test_partition;
using testing::TestBatch;

TestBatch drawn_batch(sim::SeededRandom& random, std::int64_t number) {
  return {.records = static_cast<int>(1 + random.below(4)),
          .value_bytes = random.one_in(10) ? 3000 : 10 + random.below(200),
          .number = number};
}

/// Some appends to three partitions, some time, now and then a checkpoint.
void work(StoreFixture& fixture, sim::SeededRandom& random, int steps) {
  for (int i = 0; i < steps && !fixture.machine->disk().down(); ++i) {
    PartitionId id = test_partition(static_cast<std::uint8_t>(1 + random.below(3)));
    Result<Appended> appended = fixture.append(id, drawn_batch(random, i));
    if (!appended) {
      ErrorCode code = appended.error().code;
      EXPECT_TRUE(code == ErrorCode::kStorage || code == ErrorCode::kBusy || code == ErrorCode::kDiskFull)
          << appended.error().message;
    }
    if (random.one_in(4)) {
      std::vector<PartitionId> ids{test_partition(1), test_partition(2), test_partition(3)};
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(random.below(3)));
      if (random.coin()) ids.push_back(id);  // one of them twice, or all three
      fixture.append_shared(ids, {.value_bytes = random.one_in(3) ? 9000 : 1 + random.below(5000), .number = 1000 + i});
    }
    if (random.one_in(3)) fixture.simulation.run_for(std::chrono::microseconds(random.below(3000)));
    if (random.one_in(15))
      std::ignore = fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false));
    fixture.note_acknowledged();
  }
}

/// Every second one: what is little is in the checkpoints, until it is more, or memory is short.
LogConfig small_or_carried(std::uint64_t number) {
  LogConfig config = small_segments(Flush::kSync);
  config.carried_bytes = number % 2 == 0 ? 0 : 1500;
  return config;
}

/// A life's end. An error is that of a stop.
Result<void> end_somehow(StoreFixture& fixture, sim::SeededRandom& random) {
  switch (random.below(3)) {
    case 0:
      fixture.power_loss();
      return {};
    case 1:
      fixture.kill();
      return {};
    default:
      return fixture.stop();
  }
}

std::uint64_t lives_and_deaths(std::uint64_t seed) {
  StoreFixture fixture(seed, small_or_carried(seed));
  fixture.options.checkpoint_interval_ms = 20;
  if (seed % 4 == 3) fixture.options.hot_tail_bytes = 2'000;
  sim::SeededRandom random = fixture.simulation.random("work");
  for (int life = 0; life < 4; ++life) {
    Result<void> started = fixture.start();
    EXPECT_TRUE(started.has_value()) << "seed " << seed << " life " << life << ": " << started.error().message;
    if (!started) return 0;
    EXPECT_EQ(fixture.compare(), "") << "seed " << seed << " life " << life;
    for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
    work(fixture, random, static_cast<int>(5 + random.below(60)));
    EXPECT_TRUE(end_somehow(fixture, random).has_value());
  }
  Result<void> started = fixture.start();
  EXPECT_TRUE(started.has_value());
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  std::ignore = fixture.stop();
  return fixture.simulation.hash();
}

TEST(LogCrash, WhateverHappensWhatWasAcknowledgedIsThereAndNothingElse) {
  EXPECT_TRUE(sim::run_seeds(60, lives_and_deaths).empty());
}

LogConfig trimmed(LogConfig config) {
  config.retention_bytes = 9'000;
  config.file_delete_delay_ms = 3;
  return config;
}

/// DeleteRecords, and a partition's owner lets go of what is old.
void trim_some(StoreFixture& fixture, sim::SeededRandom& random) {
  PartitionLog* log = fixture.store->find(test_partition(static_cast<std::uint8_t>(1 + random.below(3))));
  Offset before{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(log->high_watermark().value) + 1))};
  if (random.coin()) fixture.store->trim(log->id(), before);
  std::ignore = fixture.store->trimmer().delete_records(log->id(), before);
}

/// Retention, DeleteRecords and removals between appends, under a log start that may or may not have become durable.
std::uint64_t trimmed_lives(std::uint64_t seed) {
  StoreFixture fixture(seed, trimmed(small_or_carried(seed)));
  fixture.options.checkpoint_interval_ms = 15;
  fixture.options.retention_check_interval_ms = 10;
  sim::SeededRandom random = fixture.simulation.random("work");
  for (int life = 0; life < 4; ++life) {
    Result<void> started = fixture.start();
    EXPECT_TRUE(started.has_value()) << "seed " << seed << ": " << started.error().message;
    if (!started) return 0;
    EXPECT_EQ(fixture.compare(), "") << "seed " << seed << " life " << life;
    for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
    for (int i = 0; i < 6; ++i) {
      work(fixture, random, static_cast<int>(5 + random.below(15)));
      trim_some(fixture, random);
      fixture.simulation.run_for(std::chrono::milliseconds(random.below(30)));
    }
    EXPECT_TRUE(end_somehow(fixture, random).has_value());
  }
  EXPECT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  std::ignore = fixture.stop();
  return fixture.simulation.hash();
}

TEST(LogCrash, TrimmingLosesNothingAboveTheLogStart) {
  EXPECT_TRUE(sim::run_seeds(40, trimmed_lives).empty());
}

/// The flush setting changes all the time; the process dies, the machine lives: nothing is lost in either mode.
std::uint64_t changing_lives(std::uint64_t seed) {
  StoreFixture fixture(seed);
  fixture.options.checkpoint_interval_ms = 20;
  sim::SeededRandom random = fixture.simulation.random("work");
  for (int life = 0; life < 4; ++life) {
    Result<void> started = fixture.start();
    EXPECT_TRUE(started.has_value()) << "seed " << seed << ": " << started.error().message;
    if (!started) return 0;
    EXPECT_EQ(fixture.compare(), "") << "seed " << seed << " life " << life;
    for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
    for (int i = 0; i < 5; ++i) {
      work(fixture, random, static_cast<int>(3 + random.below(15)));
      auto config = std::make_shared<LogConfig>(small_segments(random.coin() ? Flush::kSync : Flush::kAsync));
      EXPECT_TRUE(fixture.store->reconfigure(test_partition(static_cast<std::uint8_t>(1 + random.below(3))), config)
                      .has_value());
    }
    if (random.coin())
      fixture.kill();
    else
      EXPECT_TRUE(fixture.stop().has_value());
  }
  EXPECT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  std::ignore = fixture.stop();
  return fixture.simulation.hash();
}

TEST(LogCrash, AFlushSettingThatChangesLosesNothingWhenTheProcessDies) {
  EXPECT_TRUE(sim::run_seeds(40, changing_lives).empty());
}

/// A start in trouble, which is mended some time later; when it fails, another one without.
Result<void> start_in_trouble(StoreFixture& fixture, sim::SeededRandom& random) {
  sim::draw_trouble(fixture.machine->disk(), random);
  Result<void> started = fixture.start();
  if (started) fixture.simulation.run_for(std::chrono::milliseconds(random.below(50)));
  if (started && random.one_in(4)) {
    std::ignore = fixture.stop();
    started = fail(ErrorCode::kClosed, "stopped");
  }
  sim::mend(fixture.machine->disk());
  return started ? started : fixture.start();
}

/// A disk that fails and fills and is mended, and deaths in between, also of starts. Every second log is trimmed, too.
std::uint64_t troubled_lives(std::uint64_t seed) {
  bool trims = seed % 4 >= 2;
  StoreFixture fixture(seed, trims ? trimmed(small_or_carried(seed)) : small_or_carried(seed));
  fixture.options.retention_check_interval_ms = 10;
  fixture.options.checkpoint_interval_ms = 20;
  fixture.options.retry_ms = 5;
  fixture.reserve_bytes = seed % 3 == 0 ? 1u << 20 : 0;
  sim::SeededRandom random = fixture.simulation.random("work");
  for (int life = 0; life < 5; ++life) {
    Result<void> started = start_in_trouble(fixture, random);
    EXPECT_TRUE(started.has_value()) << "seed " << seed << " life " << life << ": " << started.error().message;
    if (!started) return 0;
    EXPECT_EQ(fixture.compare(), "") << "seed " << seed << " life " << life;
    for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
    for (std::uint64_t phase = random.below(4); phase < 4; ++phase) {
      sim::draw_trouble(fixture.machine->disk(), random, true);
      work(fixture, random, static_cast<int>(3 + random.below(20)));
      if (trims) trim_some(fixture, random);
      fixture.simulation.run_for(std::chrono::milliseconds(random.below(60)));
      fixture.note_acknowledged();
      if (random.coin()) sim::mend(fixture.machine->disk());
    }
    std::ignore = end_somehow(fixture, random);
    sim::mend(fixture.machine->disk());
  }
  EXPECT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  EXPECT_TRUE(fixture.stop().has_value());
  return fixture.simulation.hash();
}

TEST(LogCrash, ADiskThatFailsAndFillsLosesNothingAcknowledgedThroughManyLives) {
  EXPECT_TRUE(sim::run_seeds(40, troubled_lives).empty());
}

/// A write that power loss tears in front of a record; a life that does not take the record, has no checkpoint and
/// writes to its place; and another power loss.
std::uint64_t lives_over_a_torn_write(std::uint64_t seed) {
  StoreFixture fixture(seed);
  PartitionId id = test_partition(1);
  EXPECT_TRUE(fixture.start().has_value());
  fixture.add(1);
  fixture.append_and_wait(id, {.number = 1});
  fixture.machine->disk().crash_at(fixture.machine->disk().changes() + seed % 2);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(fixture.append(id, {.value_bytes = 9000, .number = 10 + i}).has_value());
  fixture.simulation.run_for(std::chrono::milliseconds(5));
  fixture.power_loss();
  fixture.machine->disk().set_errors({.path_part = "checkpoints", .write_one_in = 1});
  Result<void> started = fixture.start();
  EXPECT_TRUE(started.has_value()) << "seed " << seed;
  if (!started) return 0;
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  for (int i = 0; i < 6; ++i) fixture.append_and_wait(id, {.value_bytes = 500, .number = 20 + i});
  fixture.power_loss();
  sim::mend(fixture.machine->disk());
  EXPECT_TRUE(fixture.start().has_value()) << "seed " << seed;
  EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  return fixture.simulation.hash();
}

TEST(LogCrash, WhatALifeWroteOverATornWriteOfTheOneBeforeIsThere) {
  EXPECT_TRUE(sim::run_seeds(100, lives_over_a_torn_write).empty());
}

class AtAnyChange : public ::testing::TestWithParam<std::uint64_t> {};

INSTANTIATE_TEST_SUITE_P(LogCrash, AtAnyChange, ::testing::Values(0, 1));  // small_or_carried

TEST_P(AtAnyChange, APowerLossLosesNothingAcknowledgedNorDoesAnotherDuringRecovery) {
  for (std::uint64_t change = 0;; change += 3) {
    StoreFixture fixture(77, small_or_carried(GetParam()));
    fixture.options.checkpoint_interval_ms = 20;
    sim::SeededRandom random = fixture.simulation.random("work");
    fixture.machine->disk().crash_at(change);
    if (fixture.start()) {
      for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
      work(fixture, random, 25);
    }
    bool died = fixture.machine->disk().down();
    if (!fixture.store) {  // died while it opened an empty folder
      fixture.machine = &fixture.simulation.power_loss(*fixture.machine);
    } else {
      fixture.power_loss();
    }
    fixture.machine->disk().crash_at(fixture.machine->disk().changes() + change % 7);
    if (fixture.start()) {
      fixture.power_loss();
    } else {
      fixture.machine = &fixture.simulation.power_loss(*fixture.machine);
    }
    Result<void> started = fixture.start();
    ASSERT_TRUE(started.has_value()) << change << ": " << started.error().message;
    EXPECT_EQ(fixture.compare(), "") << "change " << change;
    if (!died) break;
  }
}

TEST_P(AtAnyChange, AnErrorOfTheDiskLosesNothingAcknowledgedAndTheStoreHeals) {
  for (std::uint64_t operation = 30;; operation += 2) {
    StoreFixture fixture(78, operation % 4 == 0 ? small_or_carried(GetParam()) : small_segments());
    fixture.options.checkpoint_interval_ms = 20;
    fixture.options.retry_ms = 5;
    sim::SeededRandom random = fixture.simulation.random("work");
    fixture.machine->disk().fail_at(operation);
    if (!fixture.start()) continue;  // an error while opening: said, and the next start is fine
    for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
    work(fixture, random, 25);
    bool injected = fixture.machine->disk().injected() > 0;
    fixture.simulation.run_for(std::chrono::seconds(1));
    fixture.append_and_wait(test_partition(1), {.number = 5000});
    EXPECT_EQ(fixture.compare(), "") << "operation " << operation;
    Result<void> stopped = fixture.stop();
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_EQ(fixture.compare(), "") << "operation " << operation << " stopped " << stopped.has_value();
    if (!injected) break;
  }
}

/// Confirmed records of three partitions, and then no power.
void confirm_and_die(StoreFixture& fixture, bool in_segments) {
  ASSERT_TRUE(fixture.start().has_value());
  for (std::uint8_t number = 1; number <= 3; ++number) {
    PartitionId id = fixture.add(number).id();
    for (int i = 0; i < 10; ++i) fixture.append_and_wait(id, {.value_bytes = 300, .number = i});
  }
  if (in_segments)
    ASSERT_TRUE(
        fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
  fixture.power_loss();
}

TEST(LogCrash, AnErrorOfTheDiskInAnyCallOfAStartLosesNothingAcknowledgedOnceItIsMended) {
  for (bool in_segments : {false, true}) {
    for (std::uint64_t operation = 0;; ++operation) {
      StoreFixture fixture(79);
      confirm_and_die(fixture, in_segments);
      std::set<PartitionId> partitions = std::exchange(fixture.partitions, {});
      fixture.machine->disk().fail_at(fixture.machine->disk().operations() + operation);
      if (fixture.start()) std::ignore = fixture.stop();
      if (fixture.machine->disk().injected() == 0) break;
      fixture.partitions = std::move(partitions);
      Result<void> started = fixture.start();
      ASSERT_TRUE(started.has_value()) << "operation " << operation << ": " << started.error().message;
      EXPECT_EQ(fixture.compare(), "") << "operation " << operation;
    }
  }
}

TEST(LogCrash, APartitionThatCannotBeOpenedAndHasNothingInTheWriteAheadLogIsRefusedAloneAndSaysWhy) {
  int refused = 0;
  for (std::uint64_t operation = 0;; ++operation) {
    StoreFixture fixture(80);
    confirm_and_die(fixture, true);
    fixture.partitions.clear();
    fixture.machine->disk().fail_at(fixture.machine->disk().operations() + operation);
    bool started = fixture.start().has_value();
    for (std::uint8_t number = 1; started && number <= 3; ++number) {
      PartitionId id = test_partition(number);
      if (fixture.store->find(id) != nullptr) continue;
      ++refused;
      EXPECT_EQ(fixture.append(id, {}).error().code, ErrorCode::kStorage);
      EXPECT_EQ(fixture.store->no_log(id).error().code, ErrorCode::kStorage);
    }
    if (fixture.machine->disk().injected() == 0) break;
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace wharf::log
