#include "log/checkpointer.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "log/store_testing.hpp"
#include "model/byte_order.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;
using testing::TestBatch;

TEST(Checkpointer, ACheckpointBoundsTheWriteAheadLogAndWhatAStartReplays) {
  StoreFixture fixture(3);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 400; ++i) fixture.append_and_wait(id, {.value_bytes = 900, .number = i});
  StoreStatistics statistics = fixture.store->statistics();
  EXPECT_GT(statistics.checkpoints, 1u);
  EXPECT_LE(statistics.wal_bytes, 8 * 16 * kWalBlockBytes);
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
}

// What is little is in the checkpoint, and has no file (LogConfig::carried_bytes).
class Carried : public ::testing::Test {
 protected:
  Carried() : fixture(5, config()) {}

  static LogConfig config() {
    LogConfig config = testing::small_segments(Flush::kSync);
    config.carried_bytes = 1000;
    return config;
  }
  void append(int batches) {
    for (int i = 0; i < batches; ++i, ++number) fixture.append_and_wait(id, {.number = number});
  }
  void checkpoint() {
    ASSERT_TRUE(
        fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
  }
  bool has_file() { return fixture.machine->disk().list(std::filesystem::path("data/logs") / id.folder()).has_value(); }
  void start_again() {
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_EQ(fixture.compare(), "");
    EXPECT_EQ(fixture.store->find(id)->log_end_offset(), Offset{number});
  }

  StoreFixture fixture;
  PartitionId id;
  int number = 0;
};

TEST_F(Carried, ALittleLogIsThereAfterEveryKindOfEndWithoutAFile) {
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  append(4);
  checkpoint();
  fixture.power_loss();
  start_again();
  append(2);
  checkpoint();
  append(1);  // on top of what is carried
  fixture.kill();
  start_again();
  ASSERT_TRUE(fixture.stop().has_value());
  start_again();
  EXPECT_TRUE(fixture.was_clean);
  EXPECT_FALSE(has_file());
}

TEST_F(Carried, ALogThatGrowsGoesToASegmentAndIsNotCarriedAnyMore) {
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  append(4);
  checkpoint();
  append(20);
  checkpoint();
  EXPECT_TRUE(has_file());
  append(1);
  fixture.power_loss();
  start_again();
  checkpoint();
  EXPECT_EQ(fixture.store->find(id)->unstored_bytes(), 0u);
}

TEST_F(Carried, WhatWasTrimmedIsNotCarried) {
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  for (int i = 0; i < 20; ++i) {
    append(5);
    fixture.store->trim(id, Offset{number - 2});
    checkpoint();
  }
  EXPECT_FALSE(has_file());
  fixture.power_loss();
  start_again();
  EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{number - 2});
}

// The entry before the damaged one counts, and carries less than the segments have by now.
TEST_F(Carried, ADamagedEntryOfALogThatGrewCostsNothingOfItsSegments) {
  for (bool clean : {false, true}) {
    StoreFixture grown(5, config());
    ASSERT_TRUE(grown.start().has_value());
    PartitionId grown_id = grown.add(1).id();
    auto append_some = [&](int from, int to) {
      for (int i = from; i < to; ++i) grown.append_and_wait(grown_id, {.value_bytes = 100, .number = i});
    };
    auto write = [&] {
      ASSERT_TRUE(grown.simulation.run(grown.machine->shard(), grown.store->checkpointer().write(false)).has_value());
    };
    append_some(0, 4);
    write();
    append_some(4, 30);
    grown.store->trim(grown_id, Offset{3});
    write();
    if (clean) {
      ASSERT_TRUE(grown.stop().has_value());
    } else {
      grown.kill();
    }
    const std::filesystem::path folder = "data/checkpoints";
    const std::filesystem::path file = folder / grown.machine->disk().list(folder)->back().name;
    std::vector<std::byte> bytes = *runtime::read_whole(grown.machine->disk(), file, 1 << 20);
    std::vector<std::byte> name(16 + 4);
    std::memcpy(name.data(), grown_id.topic.bytes.data(), 16);
    store_big_endian(name.data() + 16, grown_id.index.value);
    auto last = static_cast<std::uint64_t>(std::ranges::find_end(bytes, name).begin() - bytes.begin());
    ASSERT_TRUE(grown.machine->disk().flip_bit(file, 8 * (last - 30)));
    ASSERT_TRUE(grown.start().has_value());
    PartitionLog* log = grown.store->find(grown_id);
    EXPECT_EQ(log->log_end_offset(), Offset{30}) << clean;
    for (std::int64_t offset = 3; offset < 30; ++offset) {
      auto read = grown.simulation.run(grown.machine->shard(),
                                       grown.store->read_bytes(grown_id, Offset{offset}, 1, log->high_watermark()));
      EXPECT_TRUE(read.has_value()) << offset << " " << clean;
    }
  }
}

TEST_F(Carried, WhatNoMemoryIsLeftForGoesToASegmentAndTheCheckpointSaysSo) {
  fixture.options.hot_tail_bytes = 3'000;
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  append(4);
  checkpoint();
  PartitionId other = fixture.add(2).id();
  for (int i = 0; i < 40; ++i) fixture.append_and_wait(other, {.value_bytes = 200, .number = i});
  EXPECT_TRUE(fixture.store->find(id)->has_segments());
  checkpoint();
  EXPECT_EQ(fixture.store->find(id)->unstored_bytes(), 0u);
  ASSERT_TRUE(fixture.stop().has_value());
  start_again();
  EXPECT_EQ(fixture.store->find(id)->unstored_bytes(), 0u);
}

TEST_F(Carried, ATopicsRecordsAreInASegmentSoonAfterACrash) {
  StoreFixture topic(5);
  ASSERT_TRUE(topic.start().has_value());
  PartitionId partition = topic.add(1).id();
  topic.append_and_wait(partition, {});
  topic.kill();
  ASSERT_TRUE(topic.start().has_value());
  topic.simulation.run_for(std::chrono::seconds(30));
  EXPECT_TRUE(topic.store->find(partition)->has_segments());
  EXPECT_EQ(topic.store->find(partition)->unstored_bytes(), 0u);
}

TEST_F(Carried, LittleIsWrittenOfALogToWhichNothingComes) {
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  append(4);
  checkpoint();
  std::uint64_t checkpoints = fixture.store->statistics().checkpoints;
  fixture.simulation.run_for(std::chrono::minutes(5));
  EXPECT_EQ(fixture.store->statistics().checkpoints, checkpoints);
  ASSERT_TRUE(fixture.stop().has_value());
  start_again();
  fixture.simulation.run_for(std::chrono::minutes(5));
  EXPECT_EQ(fixture.store->statistics().checkpoints, 0u);
}

TEST_F(Carried, AProducersBatchesAreKnownAgain) {
  ASSERT_TRUE(fixture.start().has_value());
  id = fixture.add(1).id();
  TestBatch batch{.number = 0, .producer_id = ProducerId{7}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 0};
  fixture.append_and_wait(id, batch);
  checkpoint();
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  Result<Appended> again = fixture.append(id, batch);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->duplicate);
}

TEST(Checkpointer, APartitionThatIsRemovedMeanwhileIsNoFailureOfTheDisk) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    StoreFixture fixture(seed);
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId kept = fixture.add(1).id();
    PartitionId removed = fixture.add(2).id();
    for (const PartitionId& id : {kept, removed}) {
      for (int i = 0; i < 3; ++i) fixture.append_and_wait(id, {.number = i});
    }
    fixture.store->checkpointer().ask();
    fixture.simulation.run_for(std::chrono::microseconds(seed * 10));
    ASSERT_TRUE(fixture.store->remove(removed).has_value());
    fixture.partitions.erase(removed);
    fixture.simulation.run_for(std::chrono::seconds(5));
    EXPECT_EQ(fixture.store->statistics().failed_checkpoints, 0u) << "seed " << seed;
    for (int i = 3; i < 6; ++i) fixture.append_and_wait(kept, {.number = i});
    fixture.power_loss();
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  }
}

// Half of it is in its segment, and the checkpoint's next turn would write the rest.
TEST(Checkpointer, APartitionThatIsRemovedBetweenTwoWritesOfACheckpointIsLeftOut) {
  int seen_half_written = 0;
  for (int steps = 1; steps <= 40; ++steps) {
    StoreFixture fixture(static_cast<std::uint64_t>(steps));
    fixture.options.wal.max_files = 64;
    fixture.topic_config.segment_bytes = 10 << 20;
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId removed = fixture.add(1).id();
    for (int i = 0; i < 40; ++i) fixture.append_and_wait(removed, {.value_bytes = 20'000, .number = i});
    std::uint64_t all = fixture.store->find(removed)->unstored_bytes();
    ASSERT_GT(all, 700'000u);
    fixture.store->checkpointer().ask();
    for (int step = 0; step < steps; ++step) fixture.simulation.step();
    std::uint64_t left = fixture.store->find(removed)->unstored_bytes();
    if (left > 0 && left < all) ++seen_half_written;
    ASSERT_TRUE(fixture.store->remove(removed).has_value());
    fixture.partitions.erase(removed);
    fixture.simulation.run_for(std::chrono::seconds(5));
    EXPECT_EQ(fixture.store->statistics().failed_checkpoints, 0u) << "after " << steps << " steps";
  }
  EXPECT_GT(seen_half_written, 0);
}

// What came of the write-ahead log's files being full while no checkpoint could free one: commits that nobody heard of.
class NoFileLeft : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  NoFileLeft() : fixture(GetParam()) {}

  /// Segments cannot be written, the write-ahead log can, until it has no file left.
  void fill() {
    ASSERT_TRUE(fixture.start().has_value());
    id = fixture.add(1).id();
    fixture.append_and_wait(id, {.number = 0});
    fixture.machine->disk().set_errors({.path_part = "/logs/", .write_one_in = 1, .sync_one_in = 1});
    bool refused = false;
    for (int i = 1; i < 2000 && !refused; ++i) {
      refused = !fixture.append(id, {.value_bytes = 900, .number = i}).has_value();
      fixture.simulation.run_for(std::chrono::milliseconds(5));
    }
    ASSERT_TRUE(refused);
    fixture.note_acknowledged();
  }

  StoreFixture fixture;
  PartitionId id;
};

TEST_P(NoFileLeft, IsTold) {
  fill();
  std::optional<Error> why = fixture.store->refusing();
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->code, ErrorCode::kStorage);
  EXPECT_FALSE(fixture.store->is_crowded(id));  // nobody waits for room that does not come
  PartitionLog* log = fixture.store->find(id);
  EXPECT_LT(log->high_watermark(), log->log_end_offset());
}

TEST_P(NoFileLeft, EndsWhenTheDiskIsBack) {
  fill();
  fixture.machine->disk().set_errors({});
  ASSERT_TRUE(fixture.wait_for(id, fixture.store->find(id)->log_end_offset()));
  EXPECT_FALSE(fixture.store->refusing().has_value());
  fixture.append_and_wait(id, {.number = 5000});
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
}

TEST_P(NoFileLeft, AStopWhenTheDiskIsBackKeepsWhatWaited) {
  fill();
  Offset end = fixture.store->find(id)->log_end_offset();
  fixture.machine->disk().set_errors({});
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_TRUE(fixture.was_clean);
  EXPECT_EQ(fixture.store->find(id)->high_watermark(), end);
  EXPECT_EQ(fixture.compare(), "");
}

TEST_P(NoFileLeft, AStopBeforeItIsFails) {
  fill();
  EXPECT_FALSE(fixture.stop().has_value());
  fixture.machine->disk().set_errors({});
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, NoFileLeft, ::testing::Range<std::uint64_t>(1, 9));

TEST(Checkpointer, RecordsOfAClosedSegmentAreFoundByTimeAfterAPowerLoss) {
  constexpr std::int64_t kFirst = sim::SimulatedClock::kWallStart.ms;
  constexpr int kRecords = 60;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    StoreFixture fixture(seed);
    fixture.options.checkpoint_interval_ms = 3'600'000;
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    for (int i = 0; i < kRecords; ++i) {
      fixture.append_and_wait(id, {.value_bytes = 200, .first_timestamp_ms = kFirst + i * 1000, .number = i});
      if (i % 5 != 4) continue;
      ASSERT_TRUE(
          fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
    }
    ASSERT_GT(*fixture.store->find(id)->segments(), 5u);
    fixture.power_loss();
    ASSERT_TRUE(fixture.start().has_value());
    for (int i = 0; i < kRecords; ++i) {
      auto found = fixture.simulation.run(fixture.machine->shard(),
                                          fixture.store->reads().first_at_or_after(id, Timestamp{kFirst + i * 1000}));
      ASSERT_TRUE(found && *found) << "seed " << seed << " record " << i;
      EXPECT_EQ((*found)->offset, Offset{i}) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace wharf::log
