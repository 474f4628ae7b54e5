#include "log/checkpointer.hpp"

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;

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
