#include "load/latency_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace wharf::load {
namespace {

TEST(LatencyHistogram, WithoutAnyEverythingIsZero) {
  LatencyHistogram none;
  EXPECT_EQ(none.at(0.99), Nanoseconds(0));
  EXPECT_EQ(none.max(), Nanoseconds(0));
}

TEST(LatencyHistogram, SmallValuesAreExact) {
  LatencyHistogram some;
  for (int value = 1; value <= 50; ++value) some.add(Nanoseconds(value));
  EXPECT_EQ(some.at(0.5), Nanoseconds(25));
  EXPECT_EQ(some.at(0.98), Nanoseconds(49));
  EXPECT_EQ(some.at(1), Nanoseconds(50));
}

TEST(LatencyHistogram, NoPercentileIsAboveTheHighestValue) {
  LatencyHistogram one;
  one.add(Nanoseconds(1'000'001));
  EXPECT_EQ(one.at(0.5), Nanoseconds(1'000'001));
}

TEST(LatencyHistogram, ATimeThatWentBackwardsCountsAsZero) {
  LatencyHistogram one;
  one.add(Nanoseconds(-5));
  EXPECT_EQ(one.at(0.5), Nanoseconds(0));
}

TEST(LatencyHistogram, EveryPercentileIsWithinTheBucketsWidthOfTheTrueOne) {
  const bool holds = rc::check([](std::vector<std::int64_t> values, unsigned char percent) {
    RC_PRE(!values.empty());
    LatencyHistogram histogram;
    for (std::int64_t& value : values) {
      value &= std::int64_t{0x7FFFFFFFFFFFFFFF};
      histogram.add(Nanoseconds(value));
    }
    std::ranges::sort(values);
    const double share = percent / 255.0;
    const auto rank =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))));
    const std::int64_t exact = values[rank - 1], told = histogram.at(share).count();
    RC_ASSERT(told >= exact);
    RC_ASSERT(static_cast<double>(told - exact) <= static_cast<double>(exact) / 64.0);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace wharf::load
