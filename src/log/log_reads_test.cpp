#include "log/log_reads.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace wharf::log
