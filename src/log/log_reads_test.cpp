#include "log/log_reads.hpp"

#include <gtest/gtest.h>

#include "log/segment.hpp"
#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::small_segments;
using testing::StoreFixture;

TEST(LogReads, ABatchBehindALargeOneIsReadThoughNoIndexEntryStandsBetween) {
  LogConfig config = small_segments(Flush::kAsync);
  config.segment_bytes = 1 << 20;
  StoreFixture fixture(4, config);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  // An entry tells the last offset of its batch: what looks for the second batch's first record starts at the first
  // one.
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(fixture.append(id, {.records = 2, .value_bytes = 150'000, .number = i}).has_value());
  fixture.kill();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
  EXPECT_LE(fixture.store->statistics().cold_reads, 4u);
}

TEST(LogReads, RecordsAreFoundByTimeInMemoryInFilesAndAcrossSegments) {
  for (Flush flush : {Flush::kSync, Flush::kAsync}) {
    StoreFixture fixture(9, small_segments(flush));
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    constexpr std::int64_t kStart = 1'767'225'600'000;
    for (int i = 0; i < 60; ++i)
      fixture.append_and_wait(id, {.records = 2, .first_timestamp_ms = kStart + i * 10, .number = i});
    auto find = [&](std::int64_t time) {
      return *fixture.simulation.run(fixture.machine->shard(),
                                     fixture.store->reads().first_at_or_after(id, Timestamp{kStart + time}));
    };
    for (int pass = 0; pass < 2; ++pass) {
      for (int i = 0; i < 60; i += 7) {
        EXPECT_EQ(find(i * 10)->offset, Offset{2 * i});
        EXPECT_EQ(find(i * 10 + 1)->offset, Offset{2 * i + 1});
        EXPECT_EQ(find(i * 10 - 3)->offset, Offset{2 * i});
      }
      EXPECT_FALSE(find(100'000).has_value());
      auto largest = *fixture.simulation.run(fixture.machine->shard(), fixture.store->reads().max_timestamp(id));
      EXPECT_EQ(largest->offset, Offset{119});
      EXPECT_EQ(largest->timestamp, Timestamp{kStart + 591});
      ASSERT_TRUE(fixture.stop().has_value());
      ASSERT_TRUE(fixture.start().has_value());
    }
  }
}

TEST(LogReads, TheLargestTimestampIsThatOfWhatIsAboveTheLogStart) {
  constexpr std::int64_t kStart = 1'767'225'600'000;
  for (Flush flush : {Flush::kSync, Flush::kAsync}) {
    StoreFixture fixture(10, small_segments(flush));
    ASSERT_TRUE(fixture.start().has_value());
    PartitionId id = fixture.add(1).id();
    fixture.append_and_wait(id, {.first_timestamp_ms = kStart + 1000});
    fixture.append_and_wait(id, {.first_timestamp_ms = kStart + 10, .number = 1});
    fixture.append_and_wait(id, {.records = 3, .first_timestamp_ms = kStart + 500, .number = 2});
    fixture.append_and_wait(id, {.first_timestamp_ms = kStart + 20, .number = 5});
    auto largest = [&](std::int64_t log_start) {
      EXPECT_TRUE(fixture.store->trimmer().delete_records(id, Offset{log_start}).has_value());
      return *fixture.simulation.run(fixture.machine->shard(), fixture.store->reads().max_timestamp(id));
    };
    EXPECT_EQ(largest(0)->offset, Offset{0});
    EXPECT_EQ(largest(1)->offset, Offset{4});
    EXPECT_EQ(largest(3)->offset, Offset{4}) << "within a batch";
    EXPECT_EQ(largest(5)->offset, Offset{5});
    EXPECT_EQ(largest(5)->timestamp, Timestamp{kStart + 20});
    EXPECT_FALSE(largest(6).has_value());
  }
}

TEST(LogReads, WhatAReaderThatCatchesUpHasLeftBehindGoesOutOfThePageCacheAndTheNewestStays) {
  LogConfig config = small_segments(Flush::kSync);
  config.segment_bytes = 16 << 20;
  StoreFixture fixture(11, config);
  fixture.options.wal.max_files = 64;
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 24; ++i) fixture.append_and_wait(id, {.records = 1, .value_bytes = 900'000, .number = i});
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  auto is_cached = [&](Offset segment, std::uint64_t position) {
    std::string path = "data/logs/" + id.folder() + "/" + segment_file_name(segment, kLogSuffix);
    auto file = *fixture.machine->disk().open(path, runtime::OpenMode::kRead);
    std::vector<std::byte> page(4096);
    return file->read_cached_at(position, page).has_value();
  };
  ASSERT_TRUE(fixture.store->find(id)->stored().load().has_value());
  Offset newest = fixture.store->find(id)->stored().last()->base();
  ASSERT_GT(newest, Offset(10));
  ASSERT_TRUE(is_cached(Offset(0), 0));
  EXPECT_EQ(fixture.compare(), "");
  EXPECT_FALSE(is_cached(Offset(0), 0));
  EXPECT_FALSE(is_cached(Offset(0), 4 << 20));
  EXPECT_TRUE(is_cached(newest, 0));
  EXPECT_TRUE(is_cached(newest, 1 << 20));
}

runtime::Task<void> look(StoreFixture* fixture, PartitionId id) {
  Result<void> warmed = co_await fixture->store->reads().warm(id, Offset{0}, 100);
  EXPECT_TRUE(warmed.has_value());
}

TEST(LogReads, WhatALookFoundIsNotTakenForTheSegmentThatCompactionPutInItsPlaceMeanwhile) {
  sim::FaultyFileSystem elsewhere(1);
  FileCache cache(elsewhere, 16, nullptr, nullptr);
  std::filesystem::path logs = "logs";
  StoreFixture fixture(11, small_segments(Flush::kAsync));
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 30; ++i) fixture.append_and_wait(id, {.value_bytes = 300, .number = i});
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  PartitionLog* log = fixture.store->find(id);
  const Segment& old = *(*log->stored().segments())[0];
  auto cleaned = std::make_unique<Segment>(cache, logs, id, old.base(), old.size());
  Segment* put = cleaned.get();
  runtime::TaskScope scope(fixture.machine->shard());
  scope.spawn("look", look(&fixture, id));
  ASSERT_TRUE(fixture.simulation.run_until([&] { return fixture.store->statistics().cold_reads > 0; },
                                           fixture.simulation.now() + std::chrono::seconds(1)));
  log->stored().replace(0, 1, std::move(cleaned));
  fixture.simulation.run(fixture.machine->shard(), scope.close());
  EXPECT_EQ(put->verified().ranges().size(), 0u);
}

}  // namespace
}  // namespace wharf::log
