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

TEST_F(SpaceGuardFixture, ItIsLowBeforeItIsFullAndUntilItIsNotAnyMore) {
  guard.look();
  EXPECT_FALSE(guard.low());
  fill_to(kReserve - 4096);
  guard.look();
  EXPECT_TRUE(guard.low());
  EXPECT_FALSE(guard.full());
  fill_to(0);
  guard.look();
  EXPECT_TRUE(guard.low() && guard.full());
  ASSERT_TRUE(disk.remove("filler"));
  guard.look();
  EXPECT_FALSE(guard.low());
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
  EXPECT_TRUE(guard.give_up_reserve(kReserve, ReserveUse::kCatalogue));
  EXPECT_TRUE(guard.full());
  EXPECT_GE(available(), kReserve);
  EXPECT_FALSE(guard.give_up_reserve(1, ReserveUse::kCatalogue));
  guard.look();
  EXPECT_TRUE(guard.full());  // what is there is the reserve's
  ASSERT_TRUE(disk.remove("filler"));
  guard.look();
  EXPECT_FALSE(guard.full());
  EXPECT_TRUE(*guard.reserve().release(kReserve));
}

TEST_F(SpaceGuardFixture, TheReserveGoesInPiecesAndItsSecondHalfIsTheCataloguesAlone) {
  constexpr std::uint64_t kPiece = kReserve / 8;
  guard.look();
  for (int piece = 0; piece < 4; ++piece) {
    fill_to(0);
    EXPECT_TRUE(guard.give_up_reserve(kPiece, ReserveUse::kConfirmed));
    EXPECT_EQ(available(), kPiece);
  }
  fill_to(0);
  EXPECT_FALSE(guard.starved());
  EXPECT_FALSE(guard.give_up_reserve(kPiece, ReserveUse::kConfirmed));
  EXPECT_TRUE(guard.starved());
  EXPECT_EQ(available(), 0u);
  EXPECT_TRUE(guard.give_up_reserve(kReserve, ReserveUse::kCatalogue));
  EXPECT_EQ(available(), kReserve / 2);
  ASSERT_TRUE(disk.remove("filler"));
  guard.look();
  EXPECT_FALSE(guard.full());
  EXPECT_FALSE(guard.starved());
  EXPECT_TRUE(guard.reserve().is_whole());
}

TEST_F(SpaceGuardFixture, SpaceIsScarceWhenTakingItWouldLeaveTooLittle) {
  guard.look();
  fill_to(kReserve);
  EXPECT_FALSE(guard.is_scarce(kReserve / 2));
  EXPECT_TRUE(guard.is_scarce(kReserve / 2 + 1));
  EXPECT_TRUE(guard.is_scarce(2 * kReserve));
  guard.note_full();
  EXPECT_TRUE(guard.is_scarce(0));
}

TEST_F(SpaceGuardFixture, WhatLiesIdleIsGivenUpBeforeClientsAreRefusedAndBeforeTheReserve) {
  int idle = 2;
  guard.set_idle([&] {
    if (idle == 0) return false;
    auto filler = *disk.open("filler", runtime::OpenMode::kReadWrite);
    EXPECT_TRUE(filler->truncate(*filler->size() - kReserve));
    --idle;
    return true;
  });
  guard.look();
  fill_to(kReserve / 4);
  guard.look();
  EXPECT_FALSE(guard.full());
  EXPECT_EQ(idle, 1);
  fill_to(0);
  EXPECT_TRUE(guard.give_up_reserve(kReserve, ReserveUse::kCatalogue));
  EXPECT_EQ(idle, 0);
  EXPECT_TRUE(*guard.reserve().ensure());  // whole as it was
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
  EXPECT_FALSE(none.give_up_reserve(1, ReserveUse::kCatalogue));
  EXPECT_FALSE(none.is_scarce(1u << 30));
  EXPECT_FALSE(none.full());
}

}  // namespace
}  // namespace wharf::log
