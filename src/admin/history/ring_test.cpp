#include "admin/history/ring.hpp"

#include <gtest/gtest.h>

namespace wharf::history {
namespace {

using Numbers = Ring<2>;

Numbers filled(std::int64_t from_ms, std::int64_t to_ms) {
  Numbers ring;
  for (std::int64_t at = from_ms; at <= to_ms; at += kSampleInterval.count()) {
    ring.add({.at_ms = at, .values = {static_cast<std::uint64_t>(at / 1000), 1}});
  }
  return ring;
}

TEST(Ring, KeepsAnHourAndNoMore) {
  Numbers ring = filled(5'000, 3 * kKept.count());
  ASSERT_EQ(ring.size(), kSamples);
  EXPECT_EQ(ring.at(0).at_ms, 2 * kKept.count());
  EXPECT_EQ(ring.at(ring.size() - 1).at_ms, 3 * kKept.count());
  EXPECT_LE(ring.bytes(), Numbers::kMostBytes);
}

TEST(Ring, GrowsWithItsSamples) {
  Numbers ring;
  EXPECT_EQ(ring.bytes(), 0u);
  ring.add({.at_ms = 1, .values = {}});
  EXPECT_LT(ring.bytes(), 1'000u);
}

TEST(Ring, AClockThatWasSetBackBeginsTheHourAnew) {
  Numbers ring = filled(100'000, 200'000);
  ring.add({.at_ms = 50'000, .values = {}});
  ASSERT_EQ(ring.size(), 1u);
  EXPECT_EQ(ring.at(0).at_ms, 50'000);
}

TEST(Ring, PointsAreAtMultiplesOfTheIncrementTheNewestFirst) {
  Numbers ring = filled(101'000, 131'000);  // 101, 106, ... 131 s
  std::vector<Point> points = points_of(ring, {0}, {.age_ms = 20'000, .increment_ms = 10'000}, 134'999);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].at_ms, 130'000);
  EXPECT_EQ(points[0].value, 126u) << "what was known by then";
  EXPECT_EQ(points[1].value, 116u);
  EXPECT_EQ(points[2].at_ms, 110'000);
  EXPECT_EQ(points[2].value, 106u);
}

TEST(Ring, NothingIsMadeUpOfBeforeTheFirstSample) {
  Numbers ring = filled(101'000, 131'000);
  std::vector<Point> points = points_of(ring, {0, 1}, {.age_ms = 3'600'000, .increment_ms = 10'000}, 131'000);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points.back().at_ms, 110'000);
  EXPECT_EQ(points.back().value, 107u) << "a sum over both";
  EXPECT_TRUE(points_of(Numbers(), {0}, {.age_ms = 60'000, .increment_ms = 5'000}, 131'000).empty());
}

}  // namespace
}  // namespace wharf::history
