#include "runtime/task_scope.hpp"

#include <gtest/gtest.h>

#include "runtime/signal.hpp"

namespace wharf::runtime {
namespace {

class TaskScopeTest : public testing::Test {
 protected:
  void poll() {
    while (shard_.poll() > 0) continue;
  }

  SystemClock clock_;
  ThreadPool pool_{0};
  Shard shard_{ShardIndex(0), clock_, pool_};
  std::string seen_;
};

Task<void> say(char letter, std::string* seen) {
  *seen += letter;
  co_return;
}

Task<void> wait_then_say(Signal* signal, char letter, std::string* seen) {
  co_await signal->wait();
  *seen += letter;
}

Task<void> close_then_say(TaskScope* scope, char letter, std::string* seen) {
  co_await scope->close();
  *seen += letter;
}

TEST_F(TaskScopeTest, TasksStartAtTheNextTurnInTheOrderSpawned) {
  TaskScope scope(shard_);
  for (char letter : {'a', 'b', 'c'}) EXPECT_TRUE(scope.spawn("say", say(letter, &seen_)));
  EXPECT_EQ(seen_, "");
  EXPECT_EQ(scope.running(), 3u);
  poll();
  EXPECT_EQ(seen_, "abc");
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(TaskScopeTest, CloseWaitsForTheLastTaskAndRefusesNewOnes) {
  TaskScope closers(shard_);
  TaskScope scope(shard_);
  Signal one(shard_);
  Signal two(shard_);
  scope.spawn("one", wait_then_say(&one, '1', &seen_));
  scope.spawn("two", wait_then_say(&two, '2', &seen_));
  poll();
  closers.spawn("close", close_then_say(&scope, 'c', &seen_));
  closers.spawn("close again", close_then_say(&scope, 'C', &seen_));
  poll();
  EXPECT_TRUE(scope.stopping());
  EXPECT_TRUE(scope.stop_token().stop_requested());
  EXPECT_FALSE(scope.spawn("late", say('x', &seen_)));
  two.notify();
  poll();
  EXPECT_EQ(seen_, "2");
  one.notify();
  poll();
  EXPECT_EQ(seen_, "21cC");
}

TEST_F(TaskScopeTest, ClosingAnEmptyScopeReturnsAtOnce) {
  TaskScope closers(shard_);
  TaskScope scope(shard_);
  closers.spawn("close", close_then_say(&scope, 'c', &seen_));
  poll();
  EXPECT_EQ(seen_, "c");
}

TEST_F(TaskScopeTest, AStopRequestReachesTasksAndLetsOthersStart) {
  TaskScope scope(shard_);
  Signal stopped(shard_);
  std::stop_callback on_stop(scope.stop_token(), [&stopped] { stopped.notify(); });
  scope.spawn("wait", wait_then_say(&stopped, 's', &seen_));
  poll();
  scope.request_stop();
  EXPECT_TRUE(scope.spawn("late", say('l', &seen_)));
  poll();
  EXPECT_EQ(seen_, "sl");
}

Task<void> throws() {
  throw std::runtime_error("a bug");
  co_return;
}

TEST_F(TaskScopeTest, AnExceptionOutOfATaskStopsTheProcessWithItsName) {
  EXPECT_DEATH(
      {
        TaskScope scope(shard_);
        scope.spawn("the-culprit", throws());
        poll();
      },
      "the-culprit.*a bug");
}

TEST_F(TaskScopeTest, AScopeMustBeEmptyWhenItDies) {
  EXPECT_DEATH(
      {
        Signal never(shard_);
        TaskScope scope(shard_);
        scope.spawn("wait", wait_then_say(&never, 'x', &seen_));
        poll();
        scope.~TaskScope();
      },
      "running_ == 0");
}

}  // namespace
}  // namespace wharf::runtime
