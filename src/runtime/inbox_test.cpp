// Jobs from other threads, as the shard sees them.
#include "runtime/inbox.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/shard.hpp"

namespace wharf::runtime {
namespace {

struct World {
  SystemClock clock;
  ThreadPool pool{1};
  Shard shard{ShardIndex(0), clock, pool};
};

TEST(Inbox, EachSendersJobsRunInItsOrderAndNoneIsLostWhenItWakesAndSleeps) {
  constexpr int kSenders = 3, kJobs = 20'000;
  World world;
  std::vector<int> next(kSenders);  // of the shard's thread
  std::atomic<int> out_of_order = 0, ran = 0;
  std::jthread loop([&] { world.shard.run(); });
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&, sender] {
        for (int job = 0; job < kJobs; ++job) {
          world.shard.post([&, sender, job] {
            if (next[static_cast<std::size_t>(sender)]++ != job) ++out_of_order;
            ++ran;
            ran.notify_all();
          });
          if (job % 64 == 0) std::this_thread::yield();
        }
      });
    }
  }
  for (int seen = ran; seen < kSenders * kJobs; seen = ran) ran.wait(seen);
  world.shard.stop();
  EXPECT_EQ(out_of_order, 0);
}

TEST(Inbox, TheLoopEndsBehindTheJobInProgressAndWhatIsLeftDiesWithTheShard) {
  auto owned = std::make_shared<int>(0);
  std::atomic<bool> begun = false, all_sent = false;
  bool ran = false;
  {
    World world;
    std::jthread loop([&] { world.shard.run(); });
    world.shard.post([&] {
      begun = true;
      begun.notify_all();
      all_sent.wait(false);
      world.shard.stop();
    });
    begun.wait(false);
    for (int i = 0; i < 3; ++i) world.shard.post([&ran, owned] { ran = true; });
    all_sent = true;
    all_sent.notify_all();
    loop.join();
    EXPECT_EQ(owned.use_count(), 4);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(Inbox, AJobThatCameBeforeTheLoopBeginsRunsFirst) {
  World world;
  std::vector<int> seen;
  std::jthread early([&] { world.shard.post([&seen] { seen.push_back(1); }); });
  early.join();
  std::jthread loop([&] { world.shard.run(); });
  std::atomic<bool> done = false;
  world.shard.post([&] {
    seen.push_back(2);
    done = true;
    done.notify_all();
  });
  done.wait(false);
  world.shard.stop();
  loop.join();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace wharf::runtime
