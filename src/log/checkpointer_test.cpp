#include "log/checkpointer.hpp"

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;

TEST(Checkpointer, ACheckpointBoundsTheWriteAheadLogAndWhatAStartReplays) {
  StoreFixture fixture(3);
  ASSERT_TRUE(fixture.start().has_value());
  PartitionId id = fixture.add(1).id();
  for (int i = 0; i < 400; ++i) fixture.append_and_wait(id, {.value_bytes = 900, .number = i});
  StoreStatistics statistics = fixture.store->statistics();
  EXPECT_GT(statistics.checkpoints, 1u);
  EXPECT_LE(statistics.wal_bytes, 8 * 16 * kWalBlockBytes);
  fixture.power_loss();
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.compare(), "");
}

}  // namespace
}  // namespace wharf::log
