#include "log/data_folder.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "sim/faulty_file_system.hpp"
#include "sim/random.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::QuietLogger;
using testing::StepLoop;
using testing::TestRecord;
using testing::test_partition;
using testing::test_record;

const runtime::SystemClock kClock;

DataFolderOptions options_for(std::int32_t node = 1, std::uint32_t stores = 1) {
  DataFolderOptions options{.node_id = NodeId{node}, .reserve_bytes = 1u << 20, .wal = {.file_bytes = 8 * kWalBlockBytes}, .stores = stores};
  options.new_cluster_id.bytes.fill(7);
  return options;
}

struct Fixture {
  explicit Fixture(sim::FaultyFileSystem& used) : disk(used) {}
  Result<std::unique_ptr<DataFolder>> open(const DataFolderOptions& options = options_for()) {
    return DataFolder::open(disk, "data", options, logger);
  }
  static Result<void> take_nothing(const RecoveredWalRecord&) { return {}; }

  sim::FaultyFileSystem& disk;
  QuietLogger logger{kClock};
};

TEST(DataFolder, ANewFolderGetsItsIdsAndKeepsThem) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  {
    auto folder = *fixture.open();
    EXPECT_EQ(folder->cluster_id(), options_for().new_cluster_id);
    EXPECT_TRUE(folder->clean()) << "there is nothing to recover";
    EXPECT_TRUE(*disk.exists("data/logs"));
  }
  DataFolderOptions other = options_for();
  other.new_cluster_id.bytes.fill(9);
  auto folder = *fixture.open(other);
  EXPECT_FALSE(folder->clean());
  EXPECT_EQ(folder->cluster_id(), options_for().new_cluster_id);
  EXPECT_EQ(folder->node_id(), NodeId{1});
}

TEST(DataFolder, ASecondProcessIsRefused) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  auto folder = *fixture.open();
  Result<std::unique_ptr<DataFolder>> second = fixture.open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_EQ(second.error().message, "another process uses the data folder data");
  folder.reset();
  EXPECT_TRUE(fixture.open());
}

TEST(DataFolder, AnotherNodesFolderAndANewerVersionAreRefused) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.open());
  Result<std::unique_ptr<DataFolder>> other = fixture.open(options_for(2));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "the data folder data belongs to node 1, and this is node 2");

  ASSERT_TRUE(runtime::replace_file(disk, "data/meta", encode_meta({.cluster_id = {}, .node_id = NodeId{1}}, 2)));
  Result<std::unique_ptr<DataFolder>> newer = fixture.open();
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::kUnsupportedVersion);
}

TEST(DataFolder, ADamagedOrLostMetaIsMadeAnewFromItsCopyAndTheCopyFromIt) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.open());
  std::vector<std::byte> meta = *runtime::read_whole(disk, "data/meta", 100);
  auto expect_whole = [&](std::string_view file) {
    Result<std::unique_ptr<DataFolder>> opened = fixture.open();
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ((*opened)->cluster_id(), options_for().new_cluster_id);
    EXPECT_EQ(*runtime::read_whole(disk, file, 100), meta);
  };
  for (std::string_view file : {"data/meta", "data/meta.copy"}) {
    for (std::uint64_t bit = 0; bit < kMetaBytes * 8; ++bit) {
      ASSERT_TRUE(disk.flip_bit(file, bit));
      expect_whole(file);
    }
    ASSERT_TRUE(disk.lose_file(file));
    expect_whole(file);
  }
}

TEST(DataFolder, DataWhoseMetaWasLostTwiceIsNotTakenForANewFolder) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.open());
  for (std::string_view file : {"data/meta", "data/meta.copy"}) ASSERT_TRUE(disk.flip_bit(file, 70));
  Result<std::unique_ptr<DataFolder>> opened = fixture.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kDamaged);
  for (std::string_view file : {"data/meta", "data/meta.copy"}) ASSERT_TRUE(disk.lose_file(file));
  opened = fixture.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kDamaged);
}

// After a clean stop it is known how long the checkpoint file was, also when it was cut between two entries, or is gone.
TEST(DataFolder, ACheckpointFileThatWasCutOrLostAfterACleanStopIsDamage) {
  for (bool is_lost : {false, true}) {
    sim::FaultyFileSystem disk(1);
    Fixture fixture(disk);
    {
      auto folder = *fixture.open();
      std::ignore = folder->read_wal(Fixture::take_nothing);
      ASSERT_TRUE(folder->store_recovered());
      ASSERT_TRUE(folder->store_closed());
    }
    std::string file = "data/checkpoints/" + disk.list("data/checkpoints")->back().name;
    if (is_lost) {
      ASSERT_TRUE(disk.lose_file(file));
    } else {
      ASSERT_TRUE(disk.truncate_file(file, kCheckpointFileHeaderBytes));
    }
    auto folder = *fixture.open();
    EXPECT_FALSE(folder->clean());
    ASSERT_EQ(folder->loaded()->damage.size(), 1u) << is_lost;
    EXPECT_FALSE(folder->loaded()->damage[0].torn);
  }
}

TEST(DataFolder, ACleanStopIsKnownOnceAndOnlyWhenEveryStoreEndedInOrder) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  auto live = [&](std::uint32_t closing) {
    auto folder = *fixture.open(options_for(1, 2));
    bool clean = folder->clean();
    for (int store = 0; store < 2; ++store) {
      EXPECT_TRUE(folder->read_wal(Fixture::take_nothing));
      EXPECT_NE(folder->loaded(), nullptr);
      EXPECT_TRUE(folder->store_recovered());
    }
    EXPECT_EQ(folder->loaded(), nullptr);
    for (std::uint32_t store = 0; store < closing; ++store) EXPECT_TRUE(folder->store_closed());
    return clean;
  };
  EXPECT_TRUE(live(0)) << "a new folder";
  EXPECT_FALSE(live(2));
  EXPECT_TRUE(live(1));
  EXPECT_FALSE(live(0));
  EXPECT_FALSE(live(2));
  EXPECT_TRUE(live(2));
  EXPECT_TRUE(live(2));
}

TEST(DataFolder, AMarkerOfAnotherCheckpointOrADamagedOneIsNotBelieved) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  auto stop = [&] {
    auto folder = *fixture.open();
    EXPECT_TRUE(folder->read_wal(Fixture::take_nothing));
    EXPECT_TRUE(folder->store_recovered());
    EXPECT_TRUE(folder->store_closed());
  };
  stop();
  std::vector<std::byte> marker = *runtime::read_whole(disk, "data/clean-shutdown", 100);
  EXPECT_EQ(marker.size(), kCleanShutdownBytes);
  stop();
  ASSERT_TRUE(runtime::replace_file(disk, "data/clean-shutdown", marker));
  EXPECT_FALSE((*fixture.open())->clean());
  for (std::uint64_t bit = 0; bit < kCleanShutdownBytes * 8; bit += 5) {
    stop();
    ASSERT_TRUE(disk.flip_bit("data/clean-shutdown", bit));
    EXPECT_FALSE((*fixture.open())->clean()) << bit;
  }
}

TEST(DataFolder, TheMarkerIsDurablyGoneBeforeTheFolderIsOpen) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  {
    auto folder = *fixture.open();
    ASSERT_TRUE(folder->read_wal(Fixture::take_nothing));
    ASSERT_TRUE(folder->store_recovered());
    ASSERT_TRUE(folder->store_closed());
  }
  auto folder = *fixture.open();
  EXPECT_TRUE(folder->clean());
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    auto after = disk.crash(draw);
    EXPECT_FALSE(*after->exists("data/clean-shutdown"));
  }
}

/// Files may go without a trace before the process dies (they failed, or a full disk took them); their numbers may not.
TEST(DataFolder, WhatIsWrittenAfterEveryFileIsGoneIsNotTakenForWhatACheckpointCovers) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  {
    auto folder = *fixture.open();
    ASSERT_TRUE(folder->read_wal(Fixture::take_nothing) && folder->store_recovered());
    std::vector<std::byte> state(8);
    PartitionCheckpoint entry{test_partition(0), ByteView(state)};
    ASSERT_TRUE(folder->checkpoints().append(std::span(&entry, 1), WalFloor{ShardIndex{0}, WalSequence{5}}));
  }
  {
    auto folder = *fixture.open();
    ASSERT_TRUE(folder->read_wal(Fixture::take_nothing) && folder->store_recovered());
    StepLoop loop;
    WriteAheadLog wal(loop.shard, folder->wal_files(), loop.logger, {.max_files = 3});
    TestRecord record = test_record(1, 0, 0, 100);
    ASSERT_TRUE(wal.append(record.header, record.payload));
    ASSERT_TRUE(loop.await(wal.flush()));
    loop.await(wal.close());
  }
  auto folder = *fixture.open();
  std::size_t found = 0;
  ASSERT_TRUE(folder->read_wal([&](const RecoveredWalRecord&) -> Result<void> { return ++found, Result<void>(); }));
  EXPECT_EQ(found, 1u);
}

TEST(DataFolder, AStartOnAFullDiskUsesTheReserveWhereItMust) {
  sim::FaultyFileSystem disk(1, 8u << 20);
  Fixture fixture(disk);
  {
    auto folder = *fixture.open();
    EXPECT_TRUE(*folder->space().reserve().ensure());
    EXPECT_TRUE(*folder->space().reserve().ensure());
  }
  auto filler = *disk.open("filler", runtime::OpenMode::kCreate);
  std::uint64_t left = disk.space("")->available;
  ASSERT_TRUE(filler->write_at(0, std::vector<std::byte>(left)));
  ASSERT_TRUE(disk.remove("data/meta"));
  ASSERT_TRUE(disk.remove_folder("data/logs"));
  ASSERT_TRUE(disk.remove_folder("data/wal"));
  ASSERT_TRUE(disk.remove_folder("data/checkpoints"));
  ASSERT_TRUE(filler->write_at(left, std::vector<std::byte>(disk.space("")->available)));
  auto folder = *fixture.open();  // must write meta
  EXPECT_FALSE(folder->space().reserve().is_whole());
  EXPECT_FALSE(*folder->space().reserve().ensure());  // not enough is free
  filler.reset();
  ASSERT_TRUE(disk.remove("filler"));
  EXPECT_TRUE(*folder->space().reserve().ensure());
  EXPECT_TRUE(*folder->space().reserve().release(1u << 20));
}

TEST(DiskReserve, ItTakesTheSpaceItPromisesAndGivesAllOfItBack) {
  sim::FaultyFileSystem disk(1, 8u << 20);
  std::uint64_t before = disk.space("")->available;
  DiskReserve reserve(disk, "reserve", (1u << 20) + 5);
  EXPECT_TRUE(*reserve.ensure());
  EXPECT_LE(disk.space("")->available, before - (1u << 20));
  EXPECT_TRUE(*reserve.release(2u << 20));
  EXPECT_EQ(disk.space("")->available, before);
  DiskReserve none(disk, "none", 0);
  EXPECT_FALSE(*none.ensure());
  EXPECT_FALSE(*none.release(1));
}

TEST(DiskReserve, WhatWasGivenUpIsMadeAnewAndNoMore) {
  sim::FaultyFileSystem disk(1, 8u << 20);
  DiskReserve reserve(disk, "reserve", 2u << 20);
  ASSERT_TRUE(*reserve.ensure());
  std::uint64_t whole = disk.space("")->available;
  EXPECT_TRUE(*reserve.release(1u << 20));
  EXPECT_FALSE(reserve.is_whole());
  EXPECT_EQ(disk.space("")->available, whole + (1u << 20));
  EXPECT_FALSE(*reserve.release(1u << 20, 1u << 20));  // all that is left is to be kept
  EXPECT_TRUE(*reserve.ensure());
  EXPECT_EQ(disk.space("")->available, whole);
}

TEST(DiskReserve, AnErrorWhileItIsMadeLeavesNoHalfReserve) {
  sim::FaultyFileSystem disk(1, 8u << 20);
  std::uint64_t before = disk.space("")->available;
  DiskReserve reserve(disk, "reserve", 3u << 20);
  disk.fail_at(disk.operations() + 3, ErrorCode::kDiskFull);
  EXPECT_FALSE(reserve.ensure());
  EXPECT_EQ(disk.space("")->available, before);
  EXPECT_TRUE(*reserve.ensure());
}

/// A store with one partition through many lives: segments that are durable at once stand in for the real ones.
class Store {
 public:
  void live(sim::FaultyFileSystem& disk, std::uint64_t seed) {
    sim::SeededRandom random(seed, "store");
    QuietLogger logger(kClock);
    Result<std::unique_ptr<DataFolder>> folder = DataFolder::open(disk, "data", options_for(), logger);
    if (!folder) stopped_cleanly_ = false;  // the marker may be gone already
    if (!folder) return;
    if (stopped_cleanly_ && disk.injected() == 0) EXPECT_TRUE((*folder)->clean());
    if (!recover(**folder) || disk.down() || ::testing::Test::HasFailure()) return;
    segment_ = log_;
    if (!checkpoint(**folder, std::nullopt) || !(*folder)->store_recovered()) return;
    StepLoop loop;
    WriteAheadLog wal(loop.shard, (*folder)->wal_files(), loop.logger, {.max_files = 3});
    std::uint64_t steps = random.below(30);
    for (std::uint64_t step = 0; step < steps && !disk.down(); ++step) work(loop, wal, **folder, random);
    bool closing = random.coin() && !disk.down() && loop.await(wal.flush());
    if (closing) {
      acknowledged_ = log_.size();
      segment_ = log_;
      closing = checkpoint(**folder, WalFloor{ShardIndex{0}, wal.floor_at(wal.durable())});
    }
    loop.await(wal.close());
    stopped_cleanly_ = closing && (*folder)->store_closed();
  }

 private:
  /// False when the start fails.
  bool recover(DataFolder& folder) {
    if (folder.clean()) EXPECT_EQ(log_.size(), acknowledged_);
    stopped_cleanly_ = false;
    std::vector<TestRecord> found = segment_;
    for (const CheckpointDamage& damage : folder.loaded()->damage) EXPECT_TRUE(damage.torn);
    Result<WalReport> report = folder.read_wal([&](const RecoveredWalRecord& record) -> Result<void> {
      if (record.header.base_offset.value == static_cast<std::int64_t>(found.size())) {
        found.push_back({record.header, {record.payload.begin(), record.payload.end()}, record.gap});
      }
      return {};
    });
    if (!report) return false;
    EXPECT_FALSE(report->has_damage());
    EXPECT_GE(found.size(), acknowledged_);
    EXPECT_TRUE(std::ranges::equal(found, std::span(log_).first(std::min(found.size(), log_.size())),
                                   [](const TestRecord& one, const TestRecord& other) { return one.same_as(other); }));
    log_ = found;
    return true;
  }

  bool checkpoint(DataFolder& folder, std::optional<WalFloor> floor) {
    std::vector<std::byte> state(8);
    PartitionCheckpoint entry{test_partition(0), ByteView(state)};
    return folder.checkpoints().append(std::span(&entry, 1), floor).has_value();
  }

  void work(StepLoop& loop, WriteAheadLog& wal, DataFolder& folder, sim::SeededRandom& random) {
    for (std::uint64_t i = random.below(3); i < 3; ++i) {
      TestRecord record = test_record(random.next(), 0, static_cast<std::int64_t>(log_.size()), random.below(9000));
      if (wal.append(record.header, record.payload)) log_.push_back(record);
    }
    if (!loop.await(wal.flush())) return;
    acknowledged_ = log_.size();
    if (!wal.wants_checkpoint()) return;
    segment_ = log_;
    WalPosition upto = wal.durable();
    if (checkpoint(folder, WalFloor{ShardIndex{0}, wal.floor_at(upto)})) wal.recycle(upto);
  }

  std::vector<TestRecord> log_;
  std::vector<TestRecord> segment_;
  std::size_t acknowledged_ = 0;
  bool stopped_cleanly_ = false;
};

TEST(DataFolder, NothingAcknowledgedIsLostThroughManyLivesOfTheWholeFolder) {
  for (std::uint64_t seed : sim::seeds(150)) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    sim::SeededRandom random(seed, "lives");
    Store store;
    auto disk = std::make_unique<sim::FaultyFileSystem>(seed);
    for (int life = 0; life < 8; ++life) {
      if (random.one_in(3)) disk->set_errors({.write_one_in = 30, .sync_one_in = 30, .metadata_one_in = 40});
      disk->crash_at(random.below(250));
      store.live(*disk, random.next());
      if (::testing::Test::HasFailure()) return;
      disk = disk->crash(random.next());
    }
  }
}

}  // namespace
}  // namespace wharf::log
