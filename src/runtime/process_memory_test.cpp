#include "runtime/process_memory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

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

class ControlGroupMemory : public ::testing::Test {
 protected:
  ControlGroupMemory() { std::filesystem::create_directories(root); }
  ~ControlGroupMemory() override { std::filesystem::remove_all(root); }

  void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }

  std::filesystem::path root =
      std::filesystem::path(::testing::TempDir()) / ("control-groups." + std::to_string(::getpid()));
};

TEST_F(ControlGroupMemory, IsTheLeastOfAGroupAndThoseAroundIt) {
  const char* groups = "0::/system.slice/wharf.service\n";
  EXPECT_EQ(control_group_memory(root, groups), std::nullopt);
  write("system.slice/wharf.service/memory.max", "max\n");
  EXPECT_EQ(control_group_memory(root, groups), std::nullopt);
  write("system.slice/memory.max", "3000\n");
  EXPECT_EQ(control_group_memory(root, groups), 3000u);
  write("system.slice/wharf.service/memory.max", "2000\n");
  EXPECT_EQ(control_group_memory(root, groups), 2000u);
  write("memory.max", "1000\n");  // a container's own
  EXPECT_EQ(control_group_memory(root, groups), 1000u);
  EXPECT_EQ(control_group_memory(root, "0::/\n"), 1000u);
}

TEST_F(ControlGroupMemory, IsFoundInVersion1) {
  write("memory/docker/memory.limit_in_bytes", "5000\n");
  write("memory.max", "1\n");  // of another hierarchy
  EXPECT_EQ(control_group_memory(root, "9:name=systemd:/\n8:memory:/docker/abc\n7:cpu,cpuacct:/\n"), 5000u);
  EXPECT_EQ(control_group_memory(root, "8:memory:/docker/abc"), 5000u);
  EXPECT_EQ(control_group_memory(root, "what is this\n:\n"), std::nullopt);
}

}  // namespace
}  // namespace wharf::runtime
