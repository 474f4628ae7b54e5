#include "runtime/timers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

MonotonicTime at(int ms) { return MonotonicTime(Milliseconds(ms)); }

TEST(Timers, FireByDeadlineAndEqualOnesInTheOrderSet) {
  Timers timers;
  std::string order;
  timers.set(at(30), [&] { order += 'c'; });
  timers.set(at(10), [&] { order += 'a'; });
  timers.set(at(20), [&] { order += 'b'; });
  timers.set(at(10), [&] { order += 'A'; });
  EXPECT_EQ(timers.next_deadline(), at(10));
  EXPECT_EQ(timers.expire(at(9)), 0u);
  EXPECT_EQ(timers.expire(at(20)), 3u);
  EXPECT_EQ(order, "aAb");
  EXPECT_EQ(timers.next_deadline(), at(30));
  EXPECT_EQ(timers.size(), 1u);
}

TEST(Timers, ACancelledTimerDoesNotFireAndItsHandleIsStale) {
  Timers timers;
  bool fired = false;
  auto held = std::make_shared<int>(1);
  Timers::Handle handle = timers.set(at(10), [&fired, held] { fired = true; });
  EXPECT_EQ(held.use_count(), 2);
  EXPECT_TRUE(timers.cancel(handle));
  EXPECT_EQ(held.use_count(), 1) << "the callback is destroyed";
  EXPECT_FALSE(timers.cancel(handle));
  EXPECT_EQ(timers.expire(at(100)), 0u);
  EXPECT_FALSE(fired);
  EXPECT_EQ(timers.next_deadline(), std::nullopt);
}

TEST(Timers, AHandleThatFiredCancelsNothingElse) {
  Timers timers;
  Timers::Handle first = timers.set(at(10), [] {});
  EXPECT_EQ(timers.expire(at(10)), 1u);
  timers.set(at(10), [] {});
  EXPECT_FALSE(timers.cancel(first));
  EXPECT_EQ(timers.size(), 1u);
}

TEST(Timers, CallbacksMaySetAndCancelOthers) {
  Timers timers;
  std::string order;
  Timers::Handle doomed{};
  timers.set(at(10), [&] {
    order += 'a';
    timers.set(at(5), [&] { order += 'b'; });   // overdue: in the same turn
    timers.set(at(50), [&] { order += 'z'; });  // later
    timers.cancel(doomed);
  });
  doomed = timers.set(at(10), [&] { order += 'x'; });
  EXPECT_EQ(timers.expire(at(10)), 2u);
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(timers.next_deadline(), at(50));
}

}  // namespace
}  // namespace wharf::runtime
