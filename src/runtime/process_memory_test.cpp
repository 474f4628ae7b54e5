#include "runtime/process_memory.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wharf::runtime {
namespace {

TEST(ProcessMemory, WhatIsTakenIsSeen) {
  constexpr std::uint64_t kBytes = 64 << 20;
  constexpr std::uint64_t kSlack = 16 << 20;
  std::uint64_t before = memory_in_use();
  EXPECT_GT(before, 0u);
  EXPECT_LT(before, machine_memory_bytes());
  std::vector<char> taken(kBytes, 'x');
  EXPECT_GT(memory_in_use(), before + kBytes - kSlack);
  give_back_free_memory();
  EXPECT_GT(memory_in_use(), before + kBytes - kSlack) << "it is not free";
  EXPECT_EQ(taken[kBytes / 2], 'x');
}

}  // namespace
}  // namespace wharf::runtime
