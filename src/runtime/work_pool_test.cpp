#include "runtime/work_pool.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

TEST(ThreadPool, OneThreadRunsJobsInOrder) {
  std::string order;
  {
    ThreadPool pool(1);
    for (char letter = 'a'; letter <= 'z'; ++letter) pool.submit([&order, letter] { order += letter; });
  }
  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST(ThreadPool, JobsOfSeveralThreadsRunAtOnce) {
  std::latch all_here(3);
  ThreadPool pool(3);
  for (int i = 0; i < 3; ++i) pool.submit([&all_here] { all_here.arrive_and_wait(); });  // ends only if all three run
  all_here.wait();
}

TEST(ThreadPool, TheDestructorRunsWhatWasSubmitted) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(4);
    for (int i = 0; i < 1000; ++i) pool.submit([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ThreadPool, AJobMayOwnWhatCannotBeCopiedAndSubmitAnother) {
  std::atomic<int> sum = 0;
  {
    ThreadPool pool(2);
    pool.submit([&pool, &sum, value = std::make_unique<int>(40)]() mutable {
      pool.submit([&sum, value = std::move(value)] { sum += *value + 2; });
    });
  }
  EXPECT_EQ(sum, 42);
}

}  // namespace
}  // namespace wharf::runtime
