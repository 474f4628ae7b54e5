#include "model/traffic.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

enum class Event : std::uint8_t { kIn, kWaiting, kEnd };

class ACounter : public testing::Test {
 protected:
  ACounter() { pass(1'000); }
  /// The second that is now ends, so many milliseconds after it began.
  void pass(int milliseconds) { seconds_.advance(now_ += Milliseconds(milliseconds)); }
  void count(std::uint64_t more) { counters_.count(seconds_, Event::kIn, more); }
  double rate(int milliseconds_later = 0) {
    return counters_.traffic(seconds_, now_ + Milliseconds(milliseconds_later)).rate(Event::kIn);
  }

  MonotonicTime now_{};
  Seconds seconds_;
  Counters<Event> counters_;
};

TEST_F(ACounter, HasItsRateWhileItGoesOn) {
  for (int second = 0; second < 10; ++second) {
    count(100);
    pass(1'000);
    if (second >= 2) EXPECT_DOUBLE_EQ(rate(), 100) << second;
  }
  count(50);
  EXPECT_DOUBLE_EQ(rate(500), 100);
  EXPECT_EQ(counters_.traffic(seconds_, now_).total(Event::kIn), 1'050u);
}

TEST_F(ACounter, IsAtRestAfterThreeSeconds) {
  count(100);
  EXPECT_DOUBLE_EQ(rate(500), 100);
  pass(1'000);
  EXPECT_DOUBLE_EQ(rate(), 100);
  pass(1'000);
  EXPECT_DOUBLE_EQ(rate(), 50);
  pass(1'000);
  EXPECT_DOUBLE_EQ(rate(), 0);
  for (int second = 0; second < 20; ++second) pass(1'000);
  EXPECT_DOUBLE_EQ(rate(), 0);
}

TEST_F(ACounter, CountsWhatComesAfterARestFromNowOn) {
  count(1'000'000);
  for (int second = 0; second < 100; ++second) pass(1'000);
  EXPECT_DOUBLE_EQ(rate(), 0);
  count(200);
  EXPECT_DOUBLE_EQ(rate(999), 200 / 2.999);
  pass(1'000);
  count(1);
  EXPECT_DOUBLE_EQ(rate(), 201 / 2.0);
}

TEST_F(ACounter, GoesByTheTimeThatHasPassedWhereASecondWasLong) {
  count(100);
  pass(10'000);
  EXPECT_DOUBLE_EQ(rate(), 10);
}

TEST_F(ACounter, MayGoDown) {
  counters_.turn_to(seconds_);
  counters_.set(Event::kWaiting, 100);
  for (int second = 0; second < 5; ++second) pass(1'000);
  counters_.turn_to(seconds_);
  counters_.set(Event::kWaiting, 40);
  EXPECT_DOUBLE_EQ(counters_.traffic(seconds_, now_).rate(Event::kWaiting), -30);
}

TEST_F(ACounter, TakesNoMemoryUntilItCounts) {
  Counters<Event> unused;
  EXPECT_FALSE(unused.has_counted());
  EXPECT_DOUBLE_EQ(unused.traffic(seconds_, now_).rate(Event::kIn), 0);
}

}  // namespace
}  // namespace wharf
