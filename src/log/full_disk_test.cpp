// A store on a disk that is full and stays so, started again and again.
#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;
using testing::test_partition;

constexpr int kRestarts = 10;
constexpr std::uint64_t kReserve = 4u << 20;

struct FullDisk : ::testing::Test {
  FullDisk() {
    fixture.reserve_bytes = kReserve;
    fixture.options.wal.max_files = 1024;  // no checkpoint while they fill
    fixture.options.precedes = [this](const PartitionId& id) { return id == catalogue; };
  }

  sim::FaultyFileSystem& disk() { return fixture.machine->disk(); }
  std::uint64_t available() { return disk().space("")->available; }
  /// Somebody else's file takes all but so much.
  void leave(std::uint64_t bytes) {
    runtime::DiskSpace space = *disk().space("");
    disk().set_capacity(space.total - space.available + bytes);
  }
  /// Starts for the first time, and confirms so many bytes of a client's that are in no segment yet.
  void begin(std::uint64_t confirmed_bytes) {
    ASSERT_TRUE(fixture.start().has_value());
    fixture.add(1);
    fixture.add(2);
    fixture.simulation.run_for(std::chrono::seconds(2));
    ASSERT_TRUE(fixture.folder->space().reserve().is_whole());
    ASSERT_TRUE(disk().sync_all("data"));  // also that: a power loss leaves it
    for (int i = 0; std::cmp_less(i * 4000, confirmed_bytes); ++i)
      fixture.append_and_wait(clients, {.value_bytes = 4000, .number = i});
    change_catalogue();
  }
  void restart(int number) {
    switch (number % 3) {
      case 0:
        std::ignore = fixture.stop();
        break;
      case 1:
        fixture.power_loss();
        break;
      default:
        fixture.kill();
    }
    Result<void> started = fixture.start();
    ASSERT_TRUE(started.has_value()) << number << ": " << started.error().message;
  }
  void change_catalogue() {
    Result<Appended> appended = fixture.append(catalogue, {.number = changes++}, false);
    ASSERT_TRUE(appended.has_value()) << appended.error().message;
    EXPECT_TRUE(fixture.wait_for(catalogue, appended->next, std::chrono::seconds(10)));
    fixture.note_acknowledged();
  }
  std::size_t wal_files() { return disk().list("data/wal")->size(); }
  void there_is_room_again() {
    disk().set_capacity(sim::FaultyFileSystem::kAmple);
    fixture.simulation.run_for(std::chrono::seconds(30));
    EXPECT_FALSE(fixture.folder->space().full());
    EXPECT_TRUE(fixture.folder->space().reserve().is_whole());
    fixture.append_and_wait(clients, {.number = 1'000'000});
    EXPECT_EQ(fixture.compare(), "");
    EXPECT_TRUE(fixture.stop().has_value());
    ASSERT_TRUE(fixture.start().has_value());
    EXPECT_EQ(fixture.compare(), "");
  }

  StoreFixture fixture;
  PartitionId clients = test_partition(1);
  PartitionId catalogue = test_partition(2);
  std::int64_t changes = 0;
};

TEST_F(FullDisk, HoweverOftenItIsStartedTheCatalogueIsWrittenAndARemovalMakesRoom) {
  begin(1u << 20);
  for (int number = 0; number < kRestarts; ++number) {
    leave(0);  // whatever a checkpoint has let go of
    restart(number);
    fixture.simulation.run_for(std::chrono::seconds(3));
    change_catalogue();
    Result<Appended> appended = fixture.append(clients, {});
    ASSERT_FALSE(appended.has_value()) << number;
    EXPECT_EQ(appended.error().code, ErrorCode::kDiskFull);
    EXPECT_EQ(fixture.compare(), "") << number;
  }
  std::uint64_t before = available();
  ASSERT_TRUE(fixture.store->remove(clients).has_value());
  fixture.partitions.erase(clients);
  fixture.simulation.run_for(std::chrono::seconds(30));
  EXPECT_GE(available(), before + (1u << 20));
  change_catalogue();
  EXPECT_EQ(fixture.compare(), "");
}

TEST_F(FullDisk, WhatTheReserveGivesUpIsNotTakenByAStartThatComesAfterSomebodyElsesFile) {
  begin(1u << 20);
  for (int number = 0; number < kRestarts; ++number) {
    leave(0);
    restart(number);
    change_catalogue();
  }
  EXPECT_EQ(fixture.compare(), "");
  there_is_room_again();
}

TEST_F(FullDisk, RecordsThatFindNoPlaceInSegmentsLeaveTheCatalogueIts) {
  begin(kReserve);  // more than the half that is for them
  for (int number = 0; number < kRestarts; ++number) {
    leave(0);
    restart(number);
    fixture.simulation.run_for(std::chrono::seconds(3));
    EXPECT_TRUE(fixture.folder->space().starved());
    change_catalogue();
    EXPECT_EQ(fixture.append(clients, {}, false).error().code, ErrorCode::kDiskFull);
  }
  EXPECT_EQ(fixture.compare(), "");
  there_is_room_again();
}

TEST_F(FullDisk, AStartThatCannotLetGoOfOldFilesLeavesNoNewOnesBehind) {
  begin(kReserve);
  leave(0);
  restart(1);
  change_catalogue();
  std::size_t files = wal_files();
  for (int number = 0; number < kRestarts; ++number) {
    restart(number);
    change_catalogue();
    EXPECT_LE(wal_files(), files + 1) << number;
  }
  EXPECT_EQ(fixture.compare(), "");
}

TEST_F(FullDisk, WhatAStartReplaysCountsAsSpentUntilItIsInSegments) {
  begin(2 * kReserve);
  leave(0);
  restart(1);
  leave(2 * kReserve + kReserve / 4);  // enough to make the reserve anew, were it not for them
  fixture.folder->space().look();
  EXPECT_TRUE(fixture.folder->space().full());
  there_is_room_again();
}

}  // namespace
}  // namespace wharf::log
