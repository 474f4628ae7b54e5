#include "model/histogram.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(Histogram, AValueIsInTheFirstBucketWhoseBoundIsAboveIt) {
  Histogram histogram;
  for (std::uint64_t value : {0, 1, 2, 3, 4, 1023, 1024}) histogram.record(value);
  EXPECT_EQ(histogram.buckets[0], 1u);
  EXPECT_EQ(histogram.buckets[1], 1u);
  EXPECT_EQ(histogram.buckets[2], 2u);
  EXPECT_EQ(histogram.buckets[3], 1u);
  EXPECT_EQ(histogram.buckets[10], 1u);
  EXPECT_EQ(histogram.buckets[11], 1u);
  EXPECT_EQ(histogram.count, 7u);
  EXPECT_EQ(histogram.sum, 2057u);
}

TEST(Histogram, TheLastBucketTakesWhatIsLarger) {
  Histogram histogram;
  histogram.record(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(histogram.buckets.back(), 1u);
}

TEST(Histogram, TwoAddUpToWhatOneWouldHaveCounted) {
  Histogram one, other, both;
  for (std::uint64_t value = 1; value < 100'000; value *= 3) {
    (value % 2 == 0 ? one : other).record(value);
    both.record(value);
  }
  one.add(other);
  EXPECT_EQ(one.buckets, both.buckets);
  EXPECT_EQ(one.count, both.count);
  EXPECT_EQ(one.sum, both.sum);
}

}  // namespace
}  // namespace wharf
