#include "log/log_store.hpp"

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::small_segments;
using testing::StoreFixture;
using testing::test_partition;
using testing::TestBatch;

TEST(LogStore, ASyncAppendIsReadableWhenItIsDurableAndTheOwnerHearsOfIt) {
  StoreFixture fixture;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  Result<Appended> appended = fixture.append(id, {.records = 3});
  ASSERT_TRUE(appended.has_value()) << appended.error().message;
  EXPECT_EQ(fixture.store->find(id)->high_watermark(), Offset{0});
  EXPECT_EQ(fixture.store->find(id)->log_end_offset(), Offset{3});
  fixture.simulation.run(fixture.machine->shard(), fixture.store->advanced().wait());
  std::vector<Advanced> advanced = fixture.store->take_advanced();
  ASSERT_EQ(advanced.size(), 1u);
  EXPECT_EQ(advanced[0].partition, id);
  EXPECT_EQ(advanced[0].high_watermark, Offset{3});
  EXPECT_TRUE(fixture.store->take_advanced().empty());
  fixture.note_acknowledged();
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
  EXPECT_EQ(fixture.store->find(id)->log_end_offset(), Offset{3});
}

TEST(LogStore, AnAsyncAppendIsReadableAtOnceAndSurvivesTheProcess) {
  StoreFixture fixture(1, small_segments(Flush::kAsync));
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(fixture.append(id, {.records = 2, .value_bytes = 90, .number = i}).has_value());
  EXPECT_EQ(fixture.store->find(id)->high_watermark(), Offset{100});
  EXPECT_EQ(fixture.store->take_advanced().size(), 1u);
  fixture.kill();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_FALSE(fixture.was_clean);
  EXPECT_EQ(fixture.compare(), "");
  EXPECT_EQ(fixture.store->find(id)->log_end_offset(), Offset{100});
}

TEST(LogStore, ABatchThatSeveralPartitionsTakeIsOnceInMemoryAndInTheWriteAheadLogAndIsThereForEachWhateverHappens) {
  for (Flush flush : {Flush::kSync, Flush::kAsync}) {
    StoreFixture fixture(3, small_segments(flush));
    ASSERT_TRUE(fixture.start().has_value());
    std::vector<PartitionId> ids;
    for (std::uint8_t number = 1; number <= 10; ++number) ids.push_back(fixture.add(number).id());
    for (std::int64_t round = 0; round < 2; ++round) {
      if (round == 0) fixture.append(ids[3], {.number = round});  // offsets differ
      fixture.append_shared(ids, {.value_bytes = 20'000, .number = 10 + round});
    }
    if (flush == Flush::kSync) EXPECT_LE(fixture.store->statistics().wal_buffered_bytes, 50'000u);
    EXPECT_LE(fixture.store->statistics().hot_tail_bytes, 50'000u);
    for (const PartitionId& id : ids) ASSERT_TRUE(fixture.wait_for(id, fixture.store->find(id)->log_end_offset()));
    EXPECT_EQ(fixture.compare(), "");  // from memory
    fixture.note_acknowledged();
    if (flush == Flush::kSync) {
      fixture.power_loss();
    } else {
      fixture.kill();
    }
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_LE(fixture.store->statistics().hot_tail_bytes, 50'000u);
    EXPECT_EQ(fixture.compare(), "");  // of the write-ahead log
    ASSERT_TRUE(fixture.stop().has_value());
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_EQ(fixture.compare(), "");  // of the segments
  }
}

TEST(LogStore, StopsAndStartsWithAppendsBetweenKeepEverythingAndScanNothing) {
  for (Flush flush : {Flush::kSync, Flush::kAsync}) {
    StoreFixture fixture(2, small_segments(flush));
    std::int64_t sent = 0;
    for (int round = 0; round < 4; ++round) {
      std::size_t recorded = fixture.machine->disk().recorded().size();
      ASSERT_TRUE(fixture.start().has_value());
      EXPECT_TRUE(fixture.was_clean);
      auto calls = fixture.machine->disk().recorded();
      for (std::size_t i = recorded; round > 0 && i < calls.size(); ++i) {
        EXPECT_FALSE(calls[i].path.ends_with(".log")) << calls[i].path << " was touched by a start after a clean stop";
      }
      for (std::uint8_t number = 1; number <= 3; ++number) fixture.add(number);
      for (int i = 0; i < 30; ++i, ++sent) {
        fixture.append_and_wait(test_partition(static_cast<std::uint8_t>(1 + sent % 3)),
                                {.records = 1 + i % 3, .number = sent});
      }
      EXPECT_EQ(fixture.compare(), "");
      ASSERT_TRUE(fixture.stop().has_value());
    }
  }
}

TEST(LogStore, ABlockThatCannotLeaveMemoryKeepsNoOtherThere) {
  StoreFixture fixture(6);
  fixture.options.hot_tail_bytes = 20'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId stuck = fixture.add(1).id();
  fixture.machine->disk().set_errors({.path_part = "wal", .write_one_in = 1});
  for (int i = 0; i < 5; ++i)  // each in a block of its own, and one where small ones are together
    ASSERT_TRUE(fixture.append(stuck, {.value_bytes = i == 0 ? 3'000u : 9'000u, .number = i}).has_value());
  fixture.topic_config = small_segments(Flush::kAsync);
  PartitionId id = fixture.add(2).id();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(fixture.append(id, {.value_bytes = 3'000, .number = i}).has_value());
  std::size_t stuck_bytes = fixture.store->find(stuck)->tail()->bytes();
  EXPECT_GT(stuck_bytes, 36'000u);
  EXPECT_LE(fixture.store->statistics().hot_tail_bytes, stuck_bytes + 10'000u);
  fixture.machine->disk().set_errors({});
  EXPECT_TRUE(fixture.wait_for(stuck, Offset{5}));
  for (int i = 100; i < 200; ++i) ASSERT_TRUE(fixture.append(id, {.value_bytes = 3'000, .number = i}).has_value());
  EXPECT_TRUE(fixture.store->find(stuck)->tail()->empty());
  EXPECT_LE(fixture.store->statistics().hot_tail_bytes, 20'000u);
  EXPECT_EQ(fixture.compare(), "");
}

TEST(LogStore, BlocksThatAreGoneTakeNoMemoryBehindOneThatRests) {
  StoreFixture fixture(7, small_segments(Flush::kAsync));
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId resting = fixture.add(1).id();
  ASSERT_TRUE(fixture.append(resting, {}).has_value());
  PartitionId busy = fixture.add(2).id();
  for (int i = 0; i < 10'000; ++i) {
    Result<Appended> appended = fixture.append(busy, {.value_bytes = 1'100, .number = i});
    ASSERT_TRUE(appended.has_value());
    fixture.store->trim(busy, appended->next);
  }
  EXPECT_LE(fixture.store->statistics().hot_tail_blocks, 1'100u);
  EXPECT_FALSE(fixture.store->find(resting)->tail()->empty());
}

// What was in memory when a file was full keeps the file: it must find room in the others, however small they are.
TEST(LogStore, ABurstThatIsLargerThanTheWriteAheadLogIsWritten) {
  StoreFixture fixture(8);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  Offset end;
  for (int i = 0; i < 100; ++i) {
    Result<Appended> appended = fixture.append(id, {.value_bytes = 10'000, .number = i});
    if (!appended) ASSERT_EQ(appended.error().code, ErrorCode::kBusy);
    if (appended) end = appended->next;
  }
  EXPECT_GE(end, Offset{10});
  EXPECT_TRUE(fixture.wait_for(id, end));
  fixture.append_and_wait(id, {.number = 200});
  EXPECT_EQ(fixture.compare(), "");
}

TEST(LogStore, AFullDiskRefusesAppendsKeepsReadsGoingAndHealsByItself) {
  for (Flush flush : {Flush::kSync, Flush::kAsync}) {
    StoreFixture fixture(4, small_segments(flush));
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    for (int i = 0; i < 40; ++i) fixture.append_and_wait(id, {.value_bytes = 500, .number = i});
    fixture.machine->disk().set_capacity(0);
    std::optional<Error> refused;
    for (int i = 0; i < 2000 && !refused; ++i) {
      Result<Appended> appended = fixture.append(id, {.value_bytes = 5000, .number = i});
      if (!appended) refused = appended.error();
      fixture.simulation.run_for(std::chrono::milliseconds(1));
      fixture.note_acknowledged();
    }
    ASSERT_TRUE(refused.has_value());
    EXPECT_TRUE(refused->code == ErrorCode::kDiskFull || refused->code == ErrorCode::kBusy) << refused->message;
    EXPECT_EQ(fixture.compare(), "");
    fixture.machine->disk().set_capacity(sim::FaultyFileSystem::kAmple);
    PartitionLog* log = fixture.store->find(id);
    EXPECT_TRUE(fixture.simulation.run_until(
        [&] { return log->high_watermark() == log->log_end_offset() && !fixture.store->refusing(); },
        fixture.simulation.now() + std::chrono::seconds(60)));
    fixture.append_and_wait(id, {.number = 9999});
    fixture.note_acknowledged();
    fixture.power_loss();
    ASSERT_TRUE(fixture.start().has_value());
    if (flush == Flush::kSync) EXPECT_EQ(fixture.compare(), "");
  }
}

TEST(LogStore, AStartWithAFullDiskServesWhatIsThere) {
  StoreFixture fixture(5);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 60; ++i) fixture.append_and_wait(id, {.value_bytes = 500, .number = i});
  fixture.power_loss();
  fixture.machine->disk().set_capacity(0);
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
  fixture.machine->disk().set_capacity(sim::FaultyFileSystem::kAmple);
  fixture.simulation.run_for(std::chrono::seconds(30));
  fixture.append_and_wait(id, {.number = 1000});
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_TRUE(fixture.was_clean);
  EXPECT_EQ(fixture.compare(), "");
}

TEST(LogStore, APartitionThatNobodyClaimsIsAnOrphanAndCanBeSwept) {
  StoreFixture fixture(6);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  fixture.append_and_wait(id, {});
  fixture.partitions.clear();
  fixture.sent.clear();
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.store->orphans(), std::vector<PartitionId>{id});
  ASSERT_TRUE(fixture.store->remove(id).has_value());
  EXPECT_EQ(fixture.store->find(id), nullptr);
  EXPECT_TRUE(fixture.store->orphans().empty());
  fixture.simulation.run_for(std::chrono::seconds(30));
  EXPECT_FALSE(*fixture.machine->disk().exists(std::filesystem::path("data/logs") / id.folder()));
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_TRUE(fixture.store->orphans().empty());
}

// Until a stop the write-ahead log may bring it back.
TEST(LogStore, APartitionThatWasRemovedBeforeAStopStaysGoneWhenPowerIsLost) {
  StoreFixture fixture(6);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  fixture.append_and_wait(id, {});
  fixture.simulation.run_for(std::chrono::seconds(30));
  fixture.partitions.clear();
  fixture.sent.clear();
  ASSERT_TRUE(fixture.store->remove(id).has_value());
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_TRUE(fixture.store->orphans().empty());
}

TEST(LogStore, ARemovedPartitionIsGoneAndItsWaitersWithIt) {
  StoreFixture fixture(7);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  ASSERT_TRUE(fixture.append(id, {}).has_value());
  ASSERT_TRUE(fixture.store->remove(id).has_value());
  EXPECT_EQ(fixture.append(id, {}).error().code, ErrorCode::kNotFound);
  fixture.simulation.run_for(std::chrono::seconds(30));
  EXPECT_TRUE(fixture.store->take_advanced().empty());
  EXPECT_EQ(fixture.store->remove(id).error().code, ErrorCode::kNotFound);
  fixture.partitions.clear();
}

TEST(LogStore, ProducersAreRememberedAcrossACleanStopAndACrash) {
  StoreFixture fixture(8);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  auto batch = [](std::int32_t sequence) {
    return TestBatch{.producer_id = ProducerId{4}, .producer_epoch = ProducerEpoch{0}, .base_sequence = sequence};
  };
  for (int i = 0; i < 8; ++i) fixture.append_and_wait(id, batch(i));
  for (bool clean : {true, false}) {
    if (clean) ASSERT_TRUE(fixture.stop().has_value());
    if (!clean) fixture.power_loss();
    ASSERT_TRUE(fixture.start().has_value());
    Result<Appended> again = fixture.append(id, batch(5));
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->first, Offset{5});
    EXPECT_EQ(fixture.append(id, batch(9)).error().code, ErrorCode::kOutOfOrderSequence);
    EXPECT_EQ(fixture.store->find(id)->producers().size(), 1u);
    EXPECT_EQ(fixture.store->find(id)->producers()[0].last_sequence, 7);
  }
}

TEST(LogStore, AFlushSettingThatChangesUnderLoadLosesNothing) {
  StoreFixture fixture(10);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(fixture.append(id, {.value_bytes = 200, .number = round * 100 + i}).has_value());
      if (i % 5 == 0) fixture.simulation.run_for(std::chrono::milliseconds(5));
    }
    LogConfig config = small_segments(round % 2 == 0 ? Flush::kAsync : Flush::kSync);
    ASSERT_TRUE(fixture.store->reconfigure(id, std::make_shared<LogConfig>(config)).has_value());
    fixture.topic_config = config;
    fixture.note_acknowledged();
    EXPECT_EQ(fixture.compare(), "");
    if (round == 3) {
      fixture.kill();
      ASSERT_TRUE(fixture.start().has_value());
      EXPECT_EQ(fixture.compare(), "");
    }
  }
  ASSERT_TRUE(fixture.wait_for(id, fixture.store->find(id)->log_end_offset()));
  EXPECT_EQ(fixture.compare(), "");
}

TEST(LogStore, WhoWaitsForTheDiskHearsThatATopicBecameAsyncThoughTheFirstAppendThenFails) {
  StoreFixture fixture(11);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  ASSERT_TRUE(fixture.append(id, {.value_bytes = 5000}).has_value());
  EXPECT_TRUE(fixture.store->take_advanced().empty());
  LogConfig config = small_segments(Flush::kAsync);
  ASSERT_TRUE(fixture.store->reconfigure(id, std::make_shared<LogConfig>(config)).has_value());
  fixture.machine->disk().set_capacity(0);
  EXPECT_EQ(fixture.append(id, {.value_bytes = 5000}).error().code, ErrorCode::kDiskFull);
  std::vector<Advanced> advanced = fixture.store->take_advanced();
  ASSERT_EQ(advanced.size(), 1u);
  EXPECT_EQ(advanced[0].high_watermark, Offset{1});
  fixture.machine->disk().set_capacity(sim::FaultyFileSystem::kAmple);
}

}  // namespace
}  // namespace wharf::log
