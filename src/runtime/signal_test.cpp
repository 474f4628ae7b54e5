#include "runtime/signal.hpp"

#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"

namespace wharf::runtime {
namespace {

class StandingClock final : public Clock {
 public:
  MonotonicTime monotonic_now() const override { return now; }
  Timestamp wall_now() const override { return Timestamp{0}; }
  MonotonicTime now{Milliseconds(1000)};
};

class SignalTest : public testing::Test {
 protected:
  void poll() {
    while (shard_.poll() > 0) continue;
  }
  void pass(Milliseconds time) {
    clock_.now += time;
    shard_.timers().expire(clock_.now);
    poll();
  }

  StandingClock clock_;
  ThreadPool pool_{0};
  Shard shard_{ShardIndex(0), clock_, pool_};
  Signal signal_{shard_};
  std::string seen_;
  TaskScope scope_{shard_};
};

Task<void> wait_once(Signal* signal, std::string* seen) {
  co_await signal->wait();
  *seen += 'n';
}

Task<void> wait_until(Signal* signal, MonotonicTime deadline, std::string* seen) {
  bool notified = co_await signal->wait_until(deadline);
  *seen += notified ? 'n' : 't';
}

TEST_F(SignalTest, ANotificationBeforeTheWaitIsNotLost) {
  signal_.notify();
  signal_.notify();
  EXPECT_TRUE(signal_.notified());
  scope_.spawn("wait", wait_once(&signal_, &seen_));
  poll();
  EXPECT_EQ(seen_, "n");
  EXPECT_FALSE(signal_.notified()) << "taken, and two were one";
}

TEST_F(SignalTest, AWaiterWakesByNotify) {
  scope_.spawn("wait", wait_once(&signal_, &seen_));
  poll();
  EXPECT_EQ(seen_, "");
  signal_.notify();
  EXPECT_EQ(seen_, "") << "not on the notifier's stack";
  poll();
  EXPECT_EQ(seen_, "n");
}

TEST_F(SignalTest, AtItsDeadlineAWaiterWakesAlone) {
  scope_.spawn("wait", wait_until(&signal_, clock_.now + Milliseconds(10), &seen_));
  poll();
  pass(Milliseconds(9));
  EXPECT_EQ(seen_, "");
  pass(Milliseconds(1));
  EXPECT_EQ(seen_, "t");
  signal_.notify();
  EXPECT_TRUE(signal_.notified()) << "what comes after the timeout stays for the next wait";
  scope_.spawn("wait", wait_until(&signal_, clock_.now, &seen_));
  poll();
  EXPECT_EQ(seen_, "tn");
}

TEST_F(SignalTest, ANotificationCancelsTheDeadline) {
  scope_.spawn("wait", wait_until(&signal_, clock_.now + Milliseconds(10), &seen_));
  poll();
  signal_.notify();
  EXPECT_EQ(shard_.timers().size(), 0u);
  poll();
  pass(Milliseconds(100));
  EXPECT_EQ(seen_, "n");
}

TEST_F(SignalTest, ANotificationBetweenTimeoutAndWakeUpIsKept) {
  scope_.spawn("wait", wait_until(&signal_, clock_.now + Milliseconds(10), &seen_));
  poll();
  clock_.now += Milliseconds(10);
  shard_.timers().expire(clock_.now);  // timed out, not yet awake
  signal_.notify();
  poll();
  EXPECT_EQ(seen_, "t");
  EXPECT_TRUE(signal_.notified());
}

}  // namespace
}  // namespace wharf::runtime
