#include "log/space_guard.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "sim/faulty_file_system.hpp"
#include "sim/simulated_clock.hpp"

namespace wharf::log {
namespace {

constexpr std::uint64_t kReserve = 1u << 20;

struct SpaceGuardFixture : ::testing::Test {
  sim::FaultyFileSystem disk{1, 16u << 20};
  sim::SimulatedClock clock;
  testing::QuietLogger logger{clock};
  SpaceGuard guard{disk, "", kReserve, 2, logger};

  std::uint64_t available() { return disk.space("")->available; }
  /// Takes space until `left` bytes are available.
  void fill_to(std::uint64_t left) {
    auto filler = *disk.open("filler", runtime::OpenMode::kCreate);
    std::uint64_t at = *filler->size();
    ASSERT_TRUE(filler->write_at(at, std::vector<std::byte>(available() - left)));
  }
};

TEST_F(SpaceGuardFixture, ClientsAreRefusedBeforeTheDiskIsFullAndTakenAgainWhenThereIsRoomForTheReserveToo) {
  guard.look();
  EXPECT_FALSE(guard.full());
  fill_to(kReserve / 2 + 4096);
  guard.look();
  EXPECT_FALSE(guard.full());
  fill_to(kReserve / 2 - 4096);
  guard.look();
  EXPECT_TRUE(guard.full());
  EXPECT_TRUE(*guard.reserve().ensure());  // still there: nobody had to take it
  ASSERT_TRUE(disk.remove("filler"));
  guard.look();
  EXPECT_FALSE(guard.full());
}

TEST_F(SpaceGuardFixture, WhatIsStillToBeWrittenCountsAsSpent) {
  guard.look();
  fill_to(3 * kReserve);
  guard.set_waiting(ShardIndex{0}, 2 * kReserve);
  guard.look();
  EXPECT_FALSE(guard.full());
  guard.set_waiting(ShardIndex{1}, 2 * kReserve);
  guard.look();
  EXPECT_TRUE(guard.full());
  guard.set_waiting(ShardIndex{0}, 0);
  guard.set_waiting(ShardIndex{1}, 0);
  guard.look();
  EXPECT_FALSE(guard.full());
}

TEST_F(SpaceGuardFixture, TheReserveIsGivenUpOnceAndMadeAnewWithTwiceItsRoom) {
  guard.look();
  fill_to(0);
  EXPECT_TRUE(guard.give_up_reserve());
  EXPECT_TRUE(guard.full());
  EXPECT_GE(available(), kReserve);
  EXPECT_FALSE(guard.give_up_reserve());
  guard.look();
  EXPECT_TRUE(guard.full());  // what is there is the reserve's
  ASSERT_TRUE(disk.remove("filler"));
  guard.look();
  EXPECT_FALSE(guard.full());
  EXPECT_TRUE(*guard.reserve().release());
}

TEST_F(SpaceGuardFixture, AGlanceMakesNoReserve) {
  guard.glance();
  EXPECT_FALSE(*disk.exists("reserve"));
  fill_to(kReserve / 4);
  guard.glance();
  EXPECT_TRUE(guard.full());
}

TEST_F(SpaceGuardFixture, WithoutAReserveNothingIsRefused) {
  SpaceGuard none(disk, "", 0, 1, logger);
  fill_to(0);
  none.look();
  EXPECT_FALSE(none.give_up_reserve());
  EXPECT_FALSE(none.full());
}

}  // namespace
}  // namespace wharf::log
