#include "cli/position_spec.hpp"

#include <gtest/gtest.h>

namespace wharf::cli {
namespace {

using Kind = PositionSpec::Kind;

TEST(PositionSpec, ReadsWordsOffsetsCountsAndTimes) {
  EXPECT_EQ(parse_position("beginning"), (PositionSpec{Kind::kBeginning}));
  EXPECT_EQ(parse_position("end"), (PositionSpec{Kind::kEnd}));
  EXPECT_EQ(parse_position("0"), (PositionSpec{Kind::kOffset, 0}));
  EXPECT_EQ(parse_position("-10"), (PositionSpec{Kind::kBeforeEnd, 10}));
  EXPECT_EQ(parse_position("2026-01-31T12:00:00Z"), (PositionSpec{Kind::kTime, 1769860800000}));
  EXPECT_EQ(parse_position("@5"), (PositionSpec{Kind::kTime, 5}));
}

TEST(PositionSpec, TimesMayHaveAFractionOrNoTimeOfDay) {
  EXPECT_EQ(parse_time_ms("2026-01-31T12:00:00.25"), 1769860800250);
  EXPECT_EQ(parse_time_ms("2026-01-31T12:00:00.1239Z"), 1769860800123);
  EXPECT_EQ(parse_time_ms("1970-01-02"), 86'400'000);
  EXPECT_EQ(parse_time_ms("2026-01-31T13:00:00+01:00"), 1769860800000);
}

TEST(PositionSpec, OtherTextIsRefused) {
  for (const char* text : {"", "-", "-0", "start", "1x", "@", "@-1", "@x", "2026-02-30", "2026-13-01", "2026-01-31T12",
                           "2026-01-31 12:00:00", "2026-01-31T12:00:00.", "2026-01-31T12:00:00.x",
                           "2026-01-31T12:00:00+1", "1969-12-31", "99999999999999999999"}) {
    EXPECT_FALSE(parse_position(text)) << text;
  }
}

TEST(PositionSpec, ResolvesAgainstWhatThePartitionHolds) {
  EXPECT_EQ(resolve_position({Kind::kBeginning}, 5, 20, {}), 5);
  EXPECT_EQ(resolve_position({Kind::kEnd}, 5, 20, {}), 20);
  EXPECT_EQ(resolve_position({Kind::kOffset, 7}, 5, 20, {}), 7);
  EXPECT_EQ(resolve_position({Kind::kBeforeEnd, 3}, 5, 20, {}), 17);
  EXPECT_EQ(resolve_position({Kind::kBeforeEnd, 300}, 5, 20, {}), 5);
  EXPECT_EQ(resolve_position({Kind::kTime, 1}, 5, 20, 9), 9);
  EXPECT_EQ(resolve_position({Kind::kTime, 1}, 5, 20, {}), 20);
}

}  // namespace
}  // namespace wharf::cli
