#include "runtime/shard.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"

namespace wharf::runtime {
namespace {

/// Shards on threads of their own, as in the server.
class ShardThreads {
 public:
  explicit ShardThreads(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      shards_.push_back(std::make_unique<Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock_, pool_));
    }
    for (std::unique_ptr<Shard>& shard : shards_) threads_.emplace_back([&shard] { shard->run(); });
  }
  ~ShardThreads() {
    for (std::unique_ptr<Shard>& shard : shards_) shard->stop();
    threads_.clear();
  }
  Shard& operator[](std::size_t index) { return *shards_[index]; }
  std::size_t size() const { return shards_.size(); }

 private:
  SystemClock clock_;
  ThreadPool pool_{2};
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::jthread> threads_;
};

/// A task with a scope of its own; the constructor's thread waits in wait().
class OnShard {
 public:
  OnShard(Shard& shard, std::function<Task<void>()> make) {
    shard.post([this, &shard, make = std::move(make)] {
      scope_.emplace(shard);
      scope_->spawn("test", then_tell(make(), this));
    });
  }
  void wait() { done_.wait(false); }

 private:
  static Task<void> then_tell(Task<void> task, OnShard* self) {
    co_await std::move(task);
    self->scope_->shard().post([self] { tell(self); });
  }
  static void tell(OnShard* self) {
    if (self->scope_->running() > 0) {  // the task's own end is still queued
      self->scope_->shard().post([self] { tell(self); });
      return;
    }
    self->scope_.reset();
    self->done_.store(true);
    self->done_.notify_all();
  }

  std::optional<TaskScope> scope_;
  std::atomic<bool> done_ = false;
};

TEST(Shard, JobsOfOneSenderRunInTheOrderSent) {
  ShardThreads shards(1);
  std::string seen;  // touched by the shard's thread only
  std::atomic<bool> done = false;
  for (char letter = 'a'; letter <= 'z'; ++letter) shards[0].post([&seen, letter] { seen += letter; });
  shards[0].post([&done] {
    done = true;
    done.notify_all();
  });
  done.wait(false);
  EXPECT_EQ(seen, "abcdefghijklmnopqrstuvwxyz");
}

TEST(Shard, JobsFromManyThreadsAllRunOnItsOwn) {
  ShardThreads shards(1);
  constexpr int kEach = 2000;
  int count = 0;  // no lock: one thread touches it
  std::atomic<bool> done = false;
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < 4; ++sender) {
      senders.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) shards[0].post([&count] { ++count; });
      });
    }
  }
  shards[0].post([&done] {
    done = true;
    done.notify_all();
  });
  done.wait(false);
  EXPECT_EQ(count, 4 * kEach);
}

/// Sets timers from the loop that will fire them, and runs it until `stop` has been called.
struct RealLoop {
  SystemClock clock;
  ThreadPool pool{0};
  Shard shard{ShardIndex(0), clock, pool};
  std::string order;

  Timers::Callback note(char letter) {
    return [this, letter] { order += letter; };
  }
  Timers::Callback note_and_stop(char letter) {
    return [this, letter] {
      order += letter;
      shard.stop();
    };
  }
};

TEST(Shard, RealTimersFireInOrderAndNotEarly) {
  RealLoop loop;
  MonotonicTime start = loop.shard.now();
  loop.shard.set_timer(start + Milliseconds(9), loop.note_and_stop('3'));
  loop.shard.set_timer(start + Milliseconds(3), loop.note('1'));
  loop.shard.set_timer(start + Milliseconds(6), loop.note('2'));
  loop.shard.run();
  EXPECT_EQ(loop.order, "123");
  EXPECT_GE(loop.shard.now() - start, Nanoseconds(Milliseconds(9)));
}

TEST(Shard, AnEarlierDeadlineSetLaterReArmsTheKernelsTimer) {
  RealLoop loop;
  loop.shard.post([&loop] {
    MonotonicTime start = loop.shard.now();
    loop.shard.set_timer(start + std::chrono::hours(1), loop.note('x'));
    loop.shard.set_timer(start + Milliseconds(5), [&loop, start] {
      loop.order += 'a';
      loop.shard.set_timer(start + Milliseconds(8), loop.note_and_stop('b'));  // set from a callback
    });
  });
  loop.shard.run();
  EXPECT_EQ(loop.order, "ab");
}

TEST(Shard, CancellingTheEarliestTimerLeavesTheNext) {
  RealLoop loop;
  MonotonicTime start = loop.shard.now();
  Timers::Handle first = loop.shard.set_timer(start + Milliseconds(2), loop.note('x'));
  loop.shard.set_timer(start + Milliseconds(4), loop.note_and_stop('a'));
  loop.shard.post([&loop, first] { EXPECT_TRUE(loop.shard.cancel_timer(first)); });
  loop.shard.run();
  EXPECT_EQ(loop.order, "a");
}

Task<void> add_on_all(ShardThreads* shards, std::size_t here, std::vector<int>* counters, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t there = 0; there < shards->size(); ++there) {
      int* counter = &(*counters)[there];
      int now = co_await call_on((*shards)[here], (*shards)[there], [counter] { return ++*counter; });
      EXPECT_GT(now, 0);
    }
  }
}

TEST(Shard, CallsToOtherShardsTouchTheirStateOnTheirThreadOnly) {
  std::vector<int> counters(3);
  {
    ShardThreads shards(3);
    std::vector<std::unique_ptr<OnShard>> callers;
    for (std::size_t here = 0; here < 3; ++here) {
      callers.push_back(std::make_unique<OnShard>(shards[here], [&, here] { return add_on_all(&shards, here, &counters, 300); }));
    }
    for (std::unique_ptr<OnShard>& caller : callers) caller->wait();
  }
  EXPECT_EQ(counters, std::vector<int>(3, 900));
}

/// Whoever is asked answers a turn later, from its own thread.
Task<void> question(Shard* here, Shard* there, std::thread::id* answered_on, std::thread::id* back_on) {
  auto ask = [there, answered_on](auto answer) {
    there->post([answered_on, answer = std::move(answer)]() mutable {
      *answered_on = std::this_thread::get_id();
      answer(std::string("yes"));
    });
  };
  std::string said = co_await ask_on<std::string>(*here, *there, std::move(ask));
  EXPECT_EQ(said, "yes");
  *back_on = std::this_thread::get_id();
}

TEST(Shard, AQuestionIsAnsweredWhenItsShardCan) {
  ShardThreads shards(2);
  for (std::size_t there : {1u, 0u}) {
    std::thread::id answered_on, back_on;
    OnShard caller(shards[0], [&] { return question(&shards[0], &shards[there], &answered_on, &back_on); });
    caller.wait();
    EXPECT_EQ(answered_on == back_on, there == 0);
  }
}

Task<void> void_call(Shard* here, Shard* there, std::thread::id* ran_on) {
  co_await call_on(*here, *there, [ran_on] { *ran_on = std::this_thread::get_id(); });
}

TEST(Shard, ACallWithoutAResultReturnsToo) {
  ShardThreads shards(2);
  std::thread::id ran_on;
  OnShard caller(shards[0], [&] { return void_call(&shards[0], &shards[1], &ran_on); });
  caller.wait();
  EXPECT_NE(ran_on, std::this_thread::get_id());
  OnShard own(shards[0], [&] { return void_call(&shards[0], &shards[0], &ran_on); });
  own.wait();
}

Task<void> blocking_work(Shard* here, std::size_t rounds, std::size_t* sum) {
  std::thread::id loop = std::this_thread::get_id();
  for (std::size_t i = 0; i < rounds; ++i) {
    auto work = [owned = std::make_unique<std::size_t>(i), loop] {
      EXPECT_NE(std::this_thread::get_id(), loop);
      return *owned;
    };
    std::size_t value = co_await run_blocking(*here, std::move(work));
    EXPECT_EQ(std::this_thread::get_id(), loop);
    *sum += value;
  }
}

TEST(Shard, BlockingWorkRunsElsewhereAndContinuesHere) {
  ShardThreads shards(2);
  std::vector<std::size_t> sums(2);
  OnShard first(shards[0], [&] { return blocking_work(&shards[0], 200, &sums[0]); });
  OnShard second(shards[1], [&] { return blocking_work(&shards[1], 200, &sums[1]); });
  first.wait();
  second.wait();
  EXPECT_EQ(sums, std::vector<std::size_t>(2, 199 * 200 / 2));
}

}  // namespace
}  // namespace wharf::runtime
