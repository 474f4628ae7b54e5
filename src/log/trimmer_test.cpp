// Retention, DeleteRecords and the files that go with them, on a whole store.
#include "log/trimmer.hpp"

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::small_segments;
using testing::StoreFixture;
using testing::TestBatch;

constexpr std::int64_t kStart = sim::SimulatedClock::kWallStart.ms;

std::vector<std::string> files_of(StoreFixture& fixture, const PartitionId& id) {
  std::vector<std::string> names;
  for (const runtime::FolderEntry& entry :
       *fixture.machine->disk().list(std::filesystem::path("data/logs") / id.folder()))
    names.push_back(entry.name);
  return names;
}

std::ptrdiff_t count_with(const std::vector<std::string>& names, std::string_view suffix) {
  return std::ranges::count_if(names, [&](const std::string& name) { return name.ends_with(suffix); });
}

LogConfig short_lived() {
  LogConfig config = small_segments(Flush::kSync);
  config.retention_ms = 60'000;
  config.segment_ms = 30'000;
  config.file_delete_delay_ms = 5'000;
  return config;
}

TEST(Trimmer, OldSegmentsGoByRecordTimeTheGrowingOneTooAndTheirFilesAfterTheDelay) {
  StoreFixture fixture(1, short_lived());
  fixture.options.retention_check_interval_ms = 10'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 40; ++i)
    fixture.append_and_wait(id, {.value_bytes = 200, .first_timestamp_ms = kStart, .number = i});
  fixture.simulation.run_for(std::chrono::seconds(45));
  PartitionLog* log = fixture.store->find(id);
  EXPECT_EQ(log->log_start_offset(), Offset{0});
  fixture.append_and_wait(id, {.first_timestamp_ms = kStart + 45'000});
  fixture.simulation.run_for(std::chrono::seconds(60));
  EXPECT_EQ(log->log_start_offset(), Offset{40});
  EXPECT_EQ(log->read(Offset{3}, 100, log->high_watermark(), true).error().code, ErrorCode::kOffsetOutOfRange);
  fixture.simulation.run_for(std::chrono::seconds(60));
  EXPECT_EQ(log->log_start_offset(), Offset{41});  // idle, and rolled
  EXPECT_EQ(log->log_end_offset(), Offset{41});
  std::vector<std::string> names = files_of(fixture, id);
  EXPECT_EQ(count_with(names, ".log"), 1);
  EXPECT_EQ(count_with(names, ".deleted"), 0);
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{41});
  EXPECT_EQ(fixture.append(id, {.first_timestamp_ms = kStart + 200'000})->first, Offset{41});
}

TEST(Trimmer, TheSizeOfALogIsKeptBelowItsLimit) {
  LogConfig config = small_segments(Flush::kAsync);
  config.retention_bytes = 10'000;
  config.file_delete_delay_ms = 0;
  StoreFixture fixture(2, config);
  fixture.options.retention_check_interval_ms = 1'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(fixture.append(id, {.value_bytes = 200, .number = i}).has_value());
  fixture.simulation.run_for(std::chrono::seconds(30));
  PartitionLog* log = fixture.store->find(id);
  EXPECT_LE(log->size_bytes(), 12'000u);
  EXPECT_GE(log->size_bytes(), 8'000u);
  EXPECT_GT(log->log_start_offset(), Offset{100});
}

TEST(Trimmer, DeletedRecordsStayDeletedAfterACrashOnceTheStartIsDurable) {
  StoreFixture fixture(3);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 40; ++i) fixture.append_and_wait(id, {.value_bytes = 200, .number = i});
  EXPECT_EQ(fixture.store->trimmer().delete_records(id, Offset{100}).error().code, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(*fixture.store->trimmer().delete_records(id, Offset{25}), Offset{25});
  EXPECT_EQ(*fixture.store->trimmer().delete_records(id, Offset{10}), Offset{25});
  fixture.simulation.run_for(std::chrono::seconds(1));
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  PartitionLog* log = fixture.store->find(id);
  EXPECT_EQ(log->log_start_offset(), Offset{25});
  EXPECT_EQ(log->log_end_offset(), Offset{40});
  EXPECT_EQ(*fixture.store->trimmer().delete_records(id, Offset{-1}), Offset{40});
  EXPECT_EQ(log->read(Offset{40}, 100, Offset{40}, true)->bytes, 0u);
  EXPECT_EQ(fixture.append(id, {})->first, Offset{40});
}

/// Of the single records that were sent with offsets from `from` on.
std::size_t sent_bytes(StoreFixture& fixture, const PartitionId& id, Offset from) {
  std::size_t bytes = 0;
  for (const auto& batch : fixture.sent[id]) bytes += batch.first >= from ? batch.bytes.size() : 0;
  return bytes;
}
/// Of the batches that can be read from `from` on.
std::size_t readable_bytes(StoreFixture& fixture, const PartitionId& id, Offset from) {
  std::size_t bytes = 0;
  Offset end = fixture.store->find(id)->high_watermark();
  while (from < end) {
    auto read = fixture.simulation.run(fixture.machine->shard(), fixture.store->read_bytes(id, from, 1, end));
    if (!read || read->empty()) break;
    bytes += read->size();
    from = read_batch(read->view())->header.next_offset();
  }
  return bytes;
}
/// All that a partition's segment files hold.
std::uint64_t stored_bytes(StoreFixture& fixture, const PartitionId& id) {
  return fixture.store->find(id)->size_bytes() - fixture.store->find(id)->unstored_bytes();
}

TEST(Trimmer, WhatIsTrimmedBeforeItIsWrittenBehindIsNeverWrittenAgain) {
  for (std::int64_t floor : {40, 25, 39, 1}) {
    for (bool crash : {true, false}) {
      SCOPED_TRACE(::testing::Message() << "trimmed to " << floor << (crash ? ", power loss" : ", clean stop"));
      StoreFixture fixture(6);
      ASSERT_TRUE(fixture.start().has_value());
      PartitionId id = fixture.add(1).id();
      for (int i = 0; i < 40; ++i) fixture.append_and_wait(id, {.value_bytes = 200, .number = i});
      fixture.store->trim(id, Offset{floor});
      ASSERT_TRUE(
          fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
      EXPECT_EQ(stored_bytes(fixture, id), sent_bytes(fixture, id, Offset{floor}));
      EXPECT_EQ(fixture.store->find(id)->unstored_bytes(), 0u);
      for (int i = 40; i < 45; ++i) fixture.append_and_wait(id, {.value_bytes = 200, .number = i});
      if (crash) {
        fixture.power_loss();
      } else {
        ASSERT_TRUE(fixture.stop().has_value());
      }
      ASSERT_TRUE(fixture.start().has_value());
      PartitionLog* log = fixture.store->find(id);
      EXPECT_EQ(log->log_start_offset(), Offset{floor});
      EXPECT_EQ(log->log_end_offset(), Offset{45});
      EXPECT_TRUE(log->damage().empty());
      EXPECT_EQ(readable_bytes(fixture, id, Offset{floor}), sent_bytes(fixture, id, Offset{floor}));
    }
  }
}

TEST(Trimmer, WhatFollowsOnTrimmedRecordsAfterARestartBeginsASegment) {
  for (bool crash : {true, false}) {
    StoreFixture fixture(7);
    PartitionId id = testing::test_partition(1);
    auto restart = [&] {
      if (crash) {
        fixture.power_loss();
      } else {
        ASSERT_TRUE(fixture.stop().has_value());
      }
      ASSERT_TRUE(fixture.start().has_value());
    };
    ASSERT_TRUE(fixture.start().has_value());
    fixture.add(1);
    auto checkpoint = [&] {
      ASSERT_TRUE(
          fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
    };
    for (int i = 0; i < 5; ++i) fixture.append_and_wait(id, {.number = i});
    checkpoint();
    for (int i = 5; i < 10; ++i) fixture.append_and_wait(id, {.number = i});
    fixture.store->trim(id, Offset{10});
    checkpoint();
    restart();
    for (int i = 10; i < 15; ++i) fixture.append_and_wait(id, {.number = i});
    checkpoint();
    restart();
    EXPECT_EQ(readable_bytes(fixture, id, Offset{10}), sent_bytes(fixture, id, Offset{10}));
    EXPECT_TRUE(fixture.store->find(id)->damage().empty());
  }
}

TEST(Trimmer, ACompactedTopicDoesNotDeleteRecordsOnRequest) {
  LogConfig config = small_segments(Flush::kAsync);
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  StoreFixture fixture(4, config);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  ASSERT_TRUE(fixture.append(id, {}).has_value());
  EXPECT_EQ(fixture.store->trimmer().delete_records(id, Offset{1}).error().code, ErrorCode::kPolicyViolation);
}

TEST(Trimmer, AProducersClockThatRunsAheadDoesNotKeepDataForEver) {
  StoreFixture fixture(5, short_lived());
  fixture.options.retention_check_interval_ms = 10'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 20; ++i)
    fixture.append_and_wait(id, {.value_bytes = 300, .first_timestamp_ms = kStart + 1'000'000'000, .number = i});
  fixture.simulation.run_for(std::chrono::seconds(120));
  EXPECT_GT(fixture.store->find(id)->log_start_offset(), Offset{10});
}

TEST(Trimmer, AShorterRetentionIsFollowedInTheNextRound) {
  LogConfig config = short_lived();
  config.retention_ms = 7LL * 24 * 3600 * 1000;
  StoreFixture fixture(10, config);
  fixture.options.retention_check_interval_ms = 10'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 40; ++i)
    fixture.append_and_wait(id, {.value_bytes = 200, .first_timestamp_ms = kStart, .number = i});
  fixture.simulation.run_for(std::chrono::seconds(120));
  EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{0});
  config.retention_ms = 60'000;
  ASSERT_TRUE(fixture.store->reconfigure(id, std::make_shared<LogConfig>(config)).has_value());
  fixture.simulation.run_for(std::chrono::seconds(11));
  EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{40});
}

/// A record every five seconds, in one segment that only its age closes.
void trickle(StoreFixture& fixture, PartitionId id, std::int64_t timestamp_ms, int records) {
  for (int i = 0; i < records; ++i) {
    fixture.append_and_wait(id, {.first_timestamp_ms = timestamp_ms, .number = i});
    fixture.simulation.run_for(std::chrono::seconds(5));
  }
}

TEST(Trimmer, WhatJustCameIsKeptWhereItsTimestampTellsNoAge) {
  for (std::int64_t timestamp_ms : {kStart + 1'000'000'000, std::int64_t{-1}}) {
    LogConfig config = short_lived();
    config.segment_bytes = 1 << 20;
    config.segment_ms = 3'600'000;
    StoreFixture fixture(8, config);
    fixture.options.retention_check_interval_ms = 10'000;
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    trickle(fixture, id, timestamp_ms, 40);
    EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{0});
    fixture.simulation.run_for(std::chrono::seconds(120));
    EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{40});
  }
}

TEST(Trimmer, WhereTimestampsTellNoAgeASegmentIsClosedByTimeAllTheSameSoThatItsRecordsExpire) {
  for (std::int64_t timestamp_ms : {kStart + 1'000'000'000, std::int64_t{-1}}) {
    LogConfig config = short_lived();
    config.segment_bytes = 1 << 20;
    StoreFixture fixture(9, config);
    fixture.options.retention_check_interval_ms = 10'000;
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    trickle(fixture, id, timestamp_ms, 60);
    Offset start = fixture.store->find(id)->log_start_offset();
    EXPECT_GT(start, Offset{20});
    EXPECT_LE(start, Offset{60 - 12});  // those of the last minute
  }
}

TEST(Trimmer, WhatAQueueHasDoneWithTakesNoMemoryAndWhatItNeedsIsKept) {
  StoreFixture fixture;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 300; ++i) fixture.append_and_wait(id, {.value_bytes = 1000, .number = i});
  EXPECT_GT(fixture.store->statistics().hot_tail_bytes, 3 * HotTail::kLargestBlockBytes);
  fixture.store->trim(id, Offset{295});
  EXPECT_LE(fixture.store->statistics().hot_tail_bytes, HotTail::kLargestBlockBytes);
  auto count_read = [&] {
    Result<std::vector<std::byte>> bytes = fixture.read_all(id);
    return bytes ? testing::headers_in(*bytes).size() : 0;
  };
  EXPECT_EQ(count_read(), 5u);
  fixture.append_and_wait(id, {.value_bytes = 1000, .number = 300});
  EXPECT_EQ(count_read(), 6u);
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.store->find(id)->log_end_offset(), Offset{301});
  fixture.store->trim(id, Offset{295});  // its owner says so again
  EXPECT_EQ(count_read(), 6u);
}

TEST(Trimmer, ADamagedTimeIndexEntryEndsNoSegmentBeforeItsTime) {
  LogConfig config = small_segments(Flush::kAsync);
  config.retention_ms = 7LL * 24 * 3'600'000;
  config.segment_bytes = 6 << 20;  // more than a first read looks at
  StoreFixture fixture(12, config);
  fixture.options.retention_check_interval_ms = 1'000;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 30; ++i)
    fixture.append_and_wait(id, {.value_bytes = 300'000, .first_timestamp_ms = kStart + i, .number = i});
  ASSERT_TRUE(fixture.stop().has_value());
  const std::filesystem::path index =
      std::filesystem::path("data/logs") / id.folder() / segment_file_name(Offset{0}, kTimeIndexSuffix);
  std::uint64_t bytes = runtime::read_whole(fixture.machine->disk(), index, 1 << 20)->size();
  ASSERT_GE(bytes, std::uint64_t{TimeEntry::kBytes});
  ASSERT_TRUE(fixture.machine->disk().flip_bit(index, 8 * (bytes - TimeEntry::kBytes + 2)));  // 34 years earlier
  ASSERT_TRUE(fixture.start().has_value());
  ASSERT_TRUE(fixture.simulation.run(fixture.machine->shard(), fixture.store->read_bytes(id, Offset{0}, 1, Offset{30}))
                  .has_value());  // a reader has opened it
  ASSERT_TRUE(
      fixture.append(id, {.first_timestamp_ms = kStart + 30, .number = 30}).has_value());  // and it does not rest
  fixture.simulation.run_for(std::chrono::seconds(5));
  EXPECT_EQ(fixture.store->find(id)->log_start_offset(), Offset{0});
}

}  // namespace
}  // namespace wharf::log
