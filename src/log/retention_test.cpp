#include "log/retention.hpp"

#include <gtest/gtest.h>

namespace wharf::log {
namespace {

constexpr Timestamp kNow{1'000'000};

/// Segments of 10 offsets and 100 bytes each, with these largest timestamps.
std::vector<RetainedSegment> segments(std::vector<std::optional<std::int64_t>> times) {
  std::vector<RetainedSegment> all;
  for (std::size_t i = 0; i < times.size(); ++i) {
    std::optional<Timestamp> max;
    if (times[i]) max = Timestamp{*times[i]};
    all.push_back({Offset{static_cast<std::int64_t>(i + 1) * 10}, 100, max, std::nullopt});
  }
  return all;
}

LogConfig keep_ms(std::int64_t ms) {
  LogConfig config;
  config.retention_ms = ms;
  return config;
}

Trim trim(const std::vector<RetainedSegment>& all, const LogConfig& config, Offset limit = Offset{1000}) {
  std::uint64_t bytes = 0;
  for (const RetainedSegment& segment : all) bytes += segment.bytes;
  return decide_trim(all, Offset{0}, limit, bytes, config, kNow);
}

TEST(Retention, SegmentsWhoseNewestRecordIsTooOldGoOldestFirst) {
  EXPECT_EQ(trim(segments({998'000, 998'900, 999'500}), keep_ms(1000)).log_start, Offset{20});
  // an old one behind a young one stays
  EXPECT_EQ(trim(segments({999'500, 990'000, 999'500}), keep_ms(1000)).log_start, Offset{0});
  Trim young = trim(segments({999'500, 999'600}), keep_ms(1000));
  EXPECT_EQ(young.log_start, Offset{0});
  EXPECT_EQ(young.next_check, Timestamp{1'000'500});
}

TEST(Retention, TheGrowingSegmentExpiresTooOnceItIsRolled) {
  Trim all = trim(segments({990'000, 990'001}), keep_ms(1000));
  EXPECT_EQ(all.log_start, Offset{20});
  EXPECT_TRUE(all.wants_last_rolled);
}

TEST(Retention, BySizeTheOldestGoButNeverTheGrowingOne) {
  LogConfig config = keep_ms(kUnlimited);
  config.retention_bytes = 250;
  EXPECT_EQ(trim(segments({1, 1, 1, 1}), config).log_start, Offset{10});
  config.retention_bytes = 0;
  EXPECT_EQ(trim(segments({1, 1, 1, 1}), config).log_start, Offset{30});
  config.retention_bytes = 400;
  EXPECT_EQ(trim(segments({1, 1, 1, 1}), config).log_start, Offset{0});
}

TEST(Retention, AFutureTimestampDoesNotKeepASegmentForEver) {
  auto all = segments({5'000'000, 990'000, 999'900});
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{20});  // what is behind it expired: so did it
  all = segments({5'000'000, 6'000'000});
  all[0].noticed = Timestamp{998'000};
  all[1].noticed = Timestamp{999'500};
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{10});
}

TEST(Retention, RecordsWithoutATimestampCountFromWhenTheyWereNoticed) {
  auto all = segments({-1, -1});
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{0});
  all[0].noticed = Timestamp{900'000};
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{10});
}

TEST(Retention, NothingAboveTheHighWatermarkGoes) {
  EXPECT_EQ(trim(segments({1, 1, 1}), keep_ms(1000), Offset{15}).log_start, Offset{10});
}

TEST(Retention, AnUnknownTimestampIsAskedForFirst) {
  Trim unknown = trim(segments({1, std::nullopt, 1}), keep_ms(1000));
  EXPECT_EQ(unknown.log_start, Offset{10});
  EXPECT_EQ(unknown.wants_timestamp_of, 1u);
}

TEST(Retention, ACompactedTopicIsNotTrimmed) {
  LogConfig config = keep_ms(1);
  config.retention_bytes = 1;
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  EXPECT_EQ(trim(segments({1, 1, 1}), config).log_start, Offset{0});
}

TEST(Retention, AnIdleSegmentIsClosedWhenItsFirstRecordIsOld) {
  LogConfig config;
  config.segment_ms = 1000;
  EXPECT_TRUE(should_roll_idle(Timestamp{998'999}, std::nullopt, config, kNow));
  EXPECT_FALSE(should_roll_idle(Timestamp{999'000}, std::nullopt, config, kNow));
  EXPECT_FALSE(should_roll_idle(Timestamp{2'000'000}, std::nullopt, config, kNow));
  EXPECT_FALSE(should_roll_idle(std::nullopt, std::nullopt, config, kNow));
}

TEST(Retention, WhereTheFirstRecordTellsNoAgeASegmentIsClosedSomeTimeAfterThatWasNoticed) {
  LogConfig config;
  config.segment_ms = 1000;
  for (Timestamp first : {kNoTimestamp, Timestamp{2'000'000}}) {
    EXPECT_TRUE(should_roll_idle(first, Timestamp{998'999}, config, kNow));
    EXPECT_FALSE(should_roll_idle(first, Timestamp{999'000}, config, kNow));
    EXPECT_FALSE(should_roll_idle(first, std::nullopt, config, kNow));
  }
  EXPECT_FALSE(should_roll_idle(Timestamp{999'500}, Timestamp{1}, config, kNow));
}

// It is there where offsets are missing at its end: nothing behind it expired until the next start.
TEST(Retention, ASegmentWithoutRecordsBeforeTheLastGoesWithTheNextThatDoes) {
  auto all = segments({990'000, std::nullopt, 990'000, 999'900});
  all[1].bytes = 0;
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{30});
  all[2].max_timestamp = Timestamp{999'800};
  EXPECT_EQ(trim(all, keep_ms(1000)).log_start, Offset{10});
}

}  // namespace
}  // namespace wharf::log
