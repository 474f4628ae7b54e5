#include "broker/reader_activity.hpp"

#include <gtest/gtest.h>

namespace wharf::broker {
namespace {

using namespace std::chrono_literals;

PartitionId partition(std::int32_t index) { return {TopicId{}, PartitionIndex(index)}; }
MonotonicTime at(Nanoseconds time) { return MonotonicTime(time); }

TEST(ReaderActivity, AReaderHasAskedForWhatItAskedForAndNothingElse) {
  ReaderActivity activity;
  ReaderId reader = reader_id("client", "10.0.0.1");
  activity.note(reader, partition(1), at(50s));
  EXPECT_TRUE(activity.asked_since(reader, partition(1), at(50s)));
  EXPECT_FALSE(activity.asked_since(reader, partition(1), at(51s)));
  EXPECT_FALSE(activity.asked_since(reader, partition(2), at(0s)));
  EXPECT_FALSE(activity.asked_since(reader_id("client", "10.0.0.2"), partition(1), at(0s)));
  EXPECT_FALSE(activity.asked_since(reader_id("10.0.0.1", "client"), partition(1), at(0s)));
}

TEST(ReaderActivity, AShortWaitAfterALongOneDoesNotShortenIt) {
  ReaderActivity activity;
  activity.note(1, partition(0), at(60s));
  activity.note(1, partition(0), at(40s));
  EXPECT_TRUE(activity.asked_since(1, partition(0), at(60s)));
}

TEST(ReaderActivity, WhileItIsFullNobodyUnknownIsCalledSilent) {
  ReaderActivity activity;
  for (std::size_t i = 0; i < ReaderActivity::kMost; ++i) activity.note(i, partition(0), at(10s));
  EXPECT_TRUE(activity.is_full());
  activity.note(1'000'000, partition(0), at(20s));
  EXPECT_TRUE(activity.asked_since(2'000'000, partition(0), at(20s)));
  EXPECT_FALSE(activity.asked_since(5, partition(0), at(20s)));
  activity.forget_before(at(11s));
  EXPECT_FALSE(activity.is_full());
  EXPECT_FALSE(activity.asked_since(2'000'000, partition(0), at(20s)));
}

}  // namespace
}  // namespace wharf::broker
