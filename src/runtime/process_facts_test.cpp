#include "runtime/process_facts.hpp"

#include <gtest/gtest.h>

#include "runtime/clock.hpp"

namespace wharf::runtime {
namespace {

TEST(ProcessFacts, ThisProcessHasMemoryFilesAndAStartInThePast) {
  ProcessFacts facts = process_facts();
  EXPECT_GT(facts.resident_bytes, 100'000u);
  EXPECT_GE(facts.virtual_bytes, facts.resident_bytes);
  EXPECT_GE(facts.open_files, 3u);
  EXPECT_GE(facts.max_open_files, facts.open_files);
  double now = static_cast<double>(SystemClock().wall_now().ms) / 1000;
  EXPECT_LE(facts.start_time_seconds, now + 2);
  EXPECT_GT(facts.start_time_seconds, now - 3600);
}

}  // namespace
}  // namespace wharf::runtime
