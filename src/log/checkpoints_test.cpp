#include "log/checkpoints.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "model/byte_order.hpp"
#include "model/crc32c.hpp"
#include "sim/faulty_file_system.hpp"
#include "sim/random.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::QuietLogger;
using testing::test_partition;

const runtime::SystemClock kClock;

std::vector<std::byte> state_of(std::uint8_t partition, std::uint32_t version, std::size_t bytes = 40) {
  std::vector<std::byte> state(bytes, std::byte{partition});
  for (std::size_t i = 0; i + 4 <= bytes; i += 4) store_big_endian(state.data() + i, version * 1000 + partition + static_cast<std::uint32_t>(i));
  return state;
}

struct Fixture {
  explicit Fixture(sim::FaultyFileSystem& used) : disk(used) { open(); }
  void open() {
    checkpoints.reset();
    Checkpoints::Opened opened = *Checkpoints::open(disk, "checkpoints", logger);
    checkpoints = std::move(opened.checkpoints);
    loaded = std::move(opened.loaded);
  }
  Result<void> put(std::uint8_t partition, std::uint32_t version, std::size_t bytes = 40) {
    std::vector<std::byte> state = state_of(partition, version, bytes);
    PartitionCheckpoint entry{test_partition(partition), ByteView(state)};
    return checkpoints->append(std::span(&entry, 1), std::nullopt);
  }
  Result<void> remove(std::uint8_t partition) {
    PartitionCheckpoint entry{test_partition(partition), std::nullopt};
    return checkpoints->append(std::span(&entry, 1), std::nullopt);
  }
  const LoadedCheckpoint* find(std::uint8_t partition) const {
    for (const LoadedCheckpoint& one : loaded->partitions) {
      if (one.partition == test_partition(partition)) return &one;
    }
    return nullptr;
  }
  bool has(std::uint8_t partition, std::uint32_t version, std::size_t bytes = 40) const {
    const LoadedCheckpoint* one = find(partition);
    return one != nullptr && std::ranges::equal(one->state, state_of(partition, version, bytes));
  }

  sim::FaultyFileSystem& disk;
  QuietLogger logger{kClock};
  std::unique_ptr<Checkpoints> checkpoints;
  std::shared_ptr<const LoadedCheckpoints> loaded;
};

std::string only_file(sim::FaultyFileSystem& disk) {
  auto entries = *disk.list("checkpoints");
  EXPECT_EQ(entries.size(), 1u);
  return "checkpoints/" + entries.at(0).name;
}

TEST(Checkpoints, TheNewestEntryOfAPartitionCountsAndRemovedOnesAreGone) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  EXPECT_TRUE(fixture.loaded->partitions.empty());
  ASSERT_TRUE(fixture.put(1, 1));
  ASSERT_TRUE(fixture.put(2, 1, 0));
  ASSERT_TRUE(fixture.put(3, 1));
  ASSERT_TRUE(fixture.put(1, 2, 77));
  ASSERT_TRUE(fixture.remove(3));
  CheckpointMark mark = fixture.checkpoints->mark();
  fixture.open();
  EXPECT_EQ(fixture.loaded->partitions.size(), 2u);
  EXPECT_TRUE(fixture.has(1, 2, 77));
  EXPECT_TRUE(fixture.has(2, 1, 0));
  EXPECT_TRUE(fixture.loaded->damage.empty());
  EXPECT_EQ(fixture.checkpoints->mark(), mark);
}

TEST(Checkpoints, FloorsOfTheWriteAheadLogAreKeptThroughRewrites) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.checkpoints->append({}, WalFloor{ShardIndex{2}, WalSequence{7}}));
  ASSERT_TRUE(fixture.checkpoints->append({}, WalFloor{ShardIndex{3}, WalSequence{4}}));
  ASSERT_TRUE(fixture.checkpoints->raise_floor(WalSequence{5}));
  for (std::uint32_t i = 0; i < 40; ++i) ASSERT_TRUE(fixture.put(1, i, 20000));
  fixture.open();
  EXPECT_EQ(fixture.loaded->floors.all, WalSequence{5});
  EXPECT_EQ(fixture.loaded->floors.shards.at(ShardIndex{2}), WalSequence{7});
  EXPECT_EQ(fixture.loaded->floors.shards.count(ShardIndex{3}), 0u);  // below the floor of all
  EXPECT_TRUE(fixture.loaded->floors.covers(ShardIndex{2}, WalSequence{6}));
  EXPECT_FALSE(fixture.loaded->floors.covers(ShardIndex{2}, WalSequence{7}));
  EXPECT_FALSE(fixture.loaded->floors.covers(ShardIndex{0}, WalSequence{5}));
}

// A floor is written with the states that it stands for: power loss may keep the page that has it, and not theirs.
TEST(Checkpoints, AFloorBehindATornStateOfItsAppendDoesNotCount) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.checkpoints->append({}, WalFloor{ShardIndex{2}, WalSequence{3}}));
  std::uint64_t begin = fixture.checkpoints->mark().size;
  std::vector<std::byte> state = state_of(1, 1, 20'000);
  PartitionCheckpoint entry{test_partition(1), ByteView(state)};
  ASSERT_TRUE(fixture.checkpoints->append(std::span(&entry, 1), WalFloor{ShardIndex{2}, WalSequence{7}}));
  ASSERT_TRUE(disk.zero_block(only_file(disk), begin + 8192));
  fixture.open();
  ASSERT_EQ(fixture.loaded->damage.size(), 1u);
  EXPECT_TRUE(fixture.loaded->damage[0].torn);
  EXPECT_EQ(fixture.loaded->floors.shards.at(ShardIndex{2}), WalSequence{3});
}

TEST(Checkpoints, TheFileIsWrittenAnewWhenItHasGrownToTwiceWhatIsLive) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  std::uint64_t most = 0;
  for (std::uint32_t version = 0; version < 200; ++version) {
    for (std::uint8_t partition = 0; partition < 20; ++partition) ASSERT_TRUE(fixture.put(partition, version, 5000));
    most = std::max(most, fixture.checkpoints->mark().size);
  }
  EXPECT_LT(most, 3 * 20 * 5200u + (256u << 10));
  EXPECT_GT(fixture.checkpoints->mark().generation, 10u);
  only_file(disk);
  fixture.open();
  for (std::uint8_t partition = 0; partition < 20; ++partition) EXPECT_TRUE(fixture.has(partition, 199, 5000));
}

/// Appends to a disk that may fail or die; knows what each partition may hold afterwards.
class Writer {
 public:
  void run(sim::FaultyFileSystem& disk, std::uint64_t seed, int steps) {
    QuietLogger logger(kClock);
    Result<Checkpoints::Opened> opened = Checkpoints::open(disk, "checkpoints", logger);
    if (!opened) return;
    check(*opened->loaded);
    sim::SeededRandom random(seed, "writer");
    for (int step = 0; step < steps && !disk.down(); ++step) append(*opened->checkpoints, random);
  }

 private:
  void append(Checkpoints& checkpoints, sim::SeededRandom& random) {
    std::vector<std::vector<std::byte>> states;
    std::vector<PartitionCheckpoint> entries;
    std::map<std::uint8_t, std::uint32_t> versions;
    for (std::uint8_t partition = 0; partition < 6; ++partition) {
      if (!random.one_in(3)) continue;
      std::uint32_t version = random.one_in(6) ? 0 : ++last_version_;
      versions[partition] = version;
      states.push_back(state_of(partition, version, 1000 * partition));
      entries.push_back({test_partition(partition), version == 0 ? std::nullopt : std::optional<ByteView>(states.back())});
    }
    WalSequence floor{floor_.value + 1};
    Result<void> done = checkpoints.append(entries, WalFloor{ShardIndex{1}, floor});
    for (auto [partition, version] : versions) {
      if (done) allowed_[partition].clear();
      allowed_[partition].push_back(version);
    }
    floor_ = floor;
    if (done) least_floor_ = floor;
  }

  void check(const LoadedCheckpoints& loaded) {
    for (const CheckpointDamage& damage : loaded.damage) EXPECT_TRUE(damage.torn);
    std::map<PartitionId, ByteView> found;
    for (const LoadedCheckpoint& one : loaded.partitions) {
      EXPECT_FALSE(one.stale);
      found[one.partition] = one.state;
    }
    for (auto& [partition, versions] : allowed_) {
      auto at = found.find(test_partition(partition));
      bool right = std::ranges::any_of(versions, [&](std::uint32_t version) {
        if (version == 0) return at == found.end();
        return at != found.end() && std::ranges::equal(at->second, state_of(partition, version, 1000 * partition));
      });
      ASSERT_TRUE(right) << "partition " << int{partition};
    }
    auto floor = loaded.floors.shards.find(ShardIndex{1});
    WalSequence value = floor == loaded.floors.shards.end() ? WalSequence{} : floor->second;
    EXPECT_LE(least_floor_, value);
    EXPECT_LE(value, floor_);
  }

  std::map<std::uint8_t, std::vector<std::uint32_t>> allowed_ = {{0, {0}}, {1, {0}}, {2, {0}}, {3, {0}}, {4, {0}}, {5, {0}}};
  std::uint32_t last_version_ = 0;
  WalSequence floor_;
  WalSequence least_floor_;
};

TEST(Checkpoints, APowerLossAtAnyChangeLeavesEachPartitionItsOldOrItsNewEntry) {
  for (std::uint64_t change = 0;; ++change) {
    bool ended = false;
    for (std::uint64_t draw = 0; draw < 4; ++draw) {
      SCOPED_TRACE(::testing::Message() << "change " << change << " draw " << draw);
      sim::FaultyFileSystem first(5);
      Writer writer;
      first.crash_at(change);
      writer.run(first, 3, 120);
      ended = !first.down();
      sim::SeededRandom random(change * 4 + draw, "crash");
      auto second = first.crash(draw);
      second->crash_at(random.below(40));
      writer.run(*second, random.next(), 60);
      auto third = second->crash(draw);
      writer.run(*third, random.next(), 3);
      auto fourth = third->crash(draw);
      writer.run(*fourth, random.next(), 0);
      if (::testing::Test::HasFailure()) return;
    }
    if (ended) break;
  }
}

TEST(Checkpoints, AFailingDiskIsSurvivedAndTheNextAppendGoesToAnotherFile) {
  for (std::uint64_t seed : sim::seeds(200)) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    sim::SeededRandom random(seed, "lives");
    Writer writer;
    auto disk = std::make_unique<sim::FaultyFileSystem>(seed);
    for (int life = 0; life < 4; ++life) {
      disk->set_errors({.write_one_in = 5, .sync_one_in = 5, .metadata_one_in = 6});
      disk->crash_at(random.below(120));
      writer.run(*disk, random.next(), 40);
      disk = disk->crash(random.next());
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Checkpoints, AFileWhoseSyncFailedIsNeitherWrittenNorSyncedAgain) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1));
  std::string file = only_file(disk);
  disk.fail_at(disk.operations() + 1);
  EXPECT_FALSE(fixture.put(1, 2));
  std::size_t before = disk.recorded().size();
  ASSERT_TRUE(fixture.put(1, 3));
  std::vector<sim::DiskOperation> recorded = disk.recorded();
  for (std::size_t i = before; i < recorded.size(); ++i) {
    bool touches = recorded[i].call == sim::DiskCall::kWrite || recorded[i].call == sim::DiskCall::kSyncData;
    EXPECT_FALSE(touches && recorded[i].path == file);
  }
  fixture.open();
  EXPECT_TRUE(fixture.has(1, 3));
}

TEST(Checkpoints, AStartOnAFullDiskLoadsAndFailsOnlyToAppend) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1));
  disk.set_capacity(0);
  fixture.open();
  EXPECT_TRUE(fixture.has(1, 1));
  Result<void> done = fixture.put(2, 1, 9000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kDiskFull);
  disk.set_capacity(sim::FaultyFileSystem::kAmple);
  ASSERT_TRUE(fixture.put(2, 1, 9000));
  fixture.open();
  EXPECT_TRUE(fixture.has(1, 1) && fixture.has(2, 1, 9000));
}

// --- damage

TEST(Checkpoints, AFlippedBitAnywhereCostsOnePartitionItsEntryAndIsReported) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  for (std::uint8_t partition = 0; partition < 4; ++partition) ASSERT_TRUE(fixture.put(partition, 1, 30));
  ASSERT_TRUE(fixture.put(1, 2, 30));
  ASSERT_TRUE(fixture.put(9, 1, 30));  // the last append: damage to it looks like a crash
  std::string file = only_file(disk);
  std::uint64_t size = fixture.checkpoints->mark().size;
  std::uint64_t entry = checkpoint_entry_bytes(30);
  for (std::uint64_t bit = 0; bit < size * 8; bit += 3) {
    SCOPED_TRACE(::testing::Message() << "byte " << bit / 8 << " bit " << bit % 8);
    ASSERT_TRUE(disk.flip_bit(file, bit));
    Checkpoints::Opened opened = *Checkpoints::open(disk, "checkpoints", fixture.logger);
    fixture.loaded = opened.loaded;
    std::uint64_t at = bit / 8;
    std::uint64_t number = at < kCheckpointFileHeaderBytes ? 99 : (at - kCheckpointFileHeaderBytes) / entry;
    bool in_trailer = number != 99 && (at - kCheckpointFileHeaderBytes) % entry >= entry - 24;
    if (!in_trailer) EXPECT_FALSE(fixture.loaded->damage.empty());
    for (auto partition : std::vector<std::uint8_t>{0, 1, 2, 3, 9}) {
      std::uint64_t newest = partition == 1 ? 4 : partition == 9 ? 5 : partition;
      bool hit = !in_trailer && number == newest;
      EXPECT_EQ(fixture.has(partition, partition == 1 ? 2 : 1, 30), !hit) << int{partition};
      if (hit && number != 5) EXPECT_EQ(fixture.loaded->damage[0].partition, test_partition(partition));
      if (!hit) EXPECT_FALSE(fixture.find(partition)->stale) << int{partition};
    }
    if (number == 4 && !in_trailer) EXPECT_TRUE(fixture.has(1, 1, 30) && fixture.find(1)->stale);
    ASSERT_TRUE(disk.flip_bit(file, bit));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Checkpoints, SeveralLostEntriesMakeEveryEarlierOneDoubtful) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1, 1000));
  ASSERT_TRUE(fixture.put(2, 1, 1000));
  ASSERT_TRUE(fixture.put(3, 1, 1000));
  ASSERT_TRUE(fixture.put(4, 1, 1000));
  std::string file = only_file(disk);
  std::uint64_t entry = checkpoint_entry_bytes(1000);
  ASSERT_TRUE(disk.zero_block(file, kCheckpointFileHeaderBytes + entry + 8, entry));  // the rest of 2 and the head of 3
  fixture.open();
  EXPECT_TRUE(fixture.has(1, 1, 1000) && fixture.find(1)->stale);
  EXPECT_EQ(fixture.find(2), nullptr);
  EXPECT_EQ(fixture.find(3), nullptr);
  EXPECT_TRUE(fixture.has(4, 1, 1000));
  EXPECT_FALSE(fixture.find(4)->stale);
  ASSERT_TRUE(fixture.put(2, 2, 1000));  // the damaged file is left behind
  fixture.open();
  EXPECT_TRUE(fixture.loaded->damage.empty());
  EXPECT_TRUE(fixture.has(1, 1, 1000) && fixture.has(2, 2, 1000) && fixture.has(4, 1, 1000));
}

TEST(Checkpoints, ACutOrLostFileCostsWhatWasInItAndNoMore) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1));
  ASSERT_TRUE(fixture.put(2, 1));
  std::string file = only_file(disk);
  for (std::uint64_t size = fixture.checkpoints->mark().size; size-- > 0;) {
    ASSERT_TRUE(disk.truncate_file(file, size));
    fixture.open();
    EXPECT_EQ(fixture.has(1, 1), size >= kCheckpointFileHeaderBytes + checkpoint_entry_bytes(40));
    EXPECT_FALSE(fixture.has(2, 1));
  }
  ASSERT_TRUE(disk.lose_file(file));
  fixture.open();
  EXPECT_TRUE(fixture.loaded->partitions.empty());
  EXPECT_TRUE(fixture.put(1, 2));
}

/// A file that failed takes no more: what can be read of it goes to another.
TEST(Checkpoints, AFileThatFailedIsWrittenAnewOnceEachUnreadableEntryCameAgainOrIsGivenUp) {
  for (bool is_given_up : {false, true}) {
    sim::FaultyFileSystem disk(1);
    Fixture fixture(disk);
    for (std::uint8_t partition = 0; partition < 3; ++partition) ASSERT_TRUE(fixture.put(partition, 1));
    std::string file = only_file(disk);
    ASSERT_TRUE(disk.flip_bit(file, (kCheckpointFileHeaderBytes + checkpoint_entry_bytes(40) + 60) * 8));
    disk.fail_at(disk.operations() + 1);
    EXPECT_FALSE(fixture.put(0, 2));  // the next one is written anew
    for (int tries = 0; tries < 20; ++tries) EXPECT_FALSE(fixture.put(0, 2));
    EXPECT_TRUE(fixture.checkpoints->has_unreadable());
    EXPECT_EQ(fixture.checkpoints->take_unreadable([](const PartitionId&) { return true; }), std::vector{test_partition(1)});
    EXPECT_FALSE(fixture.checkpoints->has_unreadable());
    fixture.logger.lines.clear();
    if (is_given_up) fixture.checkpoints->give_up(test_partition(1));
    if (!is_given_up) ASSERT_TRUE(fixture.put(1, 2));
    ASSERT_TRUE(fixture.put(0, 3));
    EXPECT_EQ(fixture.logger.lines.size(), is_given_up ? 1u : 0u);
    fixture.open();
    EXPECT_TRUE(fixture.has(0, 3) && fixture.has(2, 1));
    EXPECT_EQ(fixture.has(1, 2), !is_given_up);
    EXPECT_TRUE(fixture.loaded->damage.empty());
  }
}

/// Each store gives what is its own, and none has the others'.
TEST(Checkpoints, AFileThatFailedIsWrittenAnewWithEntriesThatCameOneAfterTheOther) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  for (std::uint8_t partition = 0; partition < 3; ++partition) ASSERT_TRUE(fixture.put(partition, 1));
  disk.fail_at(disk.operations() + 1);
  EXPECT_FALSE(fixture.put(0, 2));
  disk.set_errors({.read_one_in = 1});
  EXPECT_FALSE(fixture.put(0, 2));
  EXPECT_FALSE(fixture.put(1, 2));
  EXPECT_FALSE(fixture.put(0, 3)) << "2 is missing";
  EXPECT_TRUE(fixture.put(2, 2));
  disk.set_errors({});
  fixture.open();
  EXPECT_TRUE(fixture.has(0, 3) && fixture.has(1, 2) && fixture.has(2, 2));
}

TEST(Checkpoints, AFileOfANewerVersionIsRefused) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1));
  auto file = *disk.open(only_file(disk), runtime::OpenMode::kReadWrite);
  std::vector<std::byte> header(kCheckpointFileHeaderBytes);
  ASSERT_TRUE(file->read_at(0, header));
  store_big_endian(header.data() + 4, kCheckpointVersion + 1);
  store_big_endian(header.data() + 28, crc32c(ByteView(header).first(28)));
  ASSERT_TRUE(file->write_at(0, header));
  Result<Checkpoints::Opened> opened = Checkpoints::open(disk, "checkpoints", fixture.logger);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupportedVersion);
}

/// Of a file of which nothing can be read any more.
TEST(Checkpoints, WhatCameInsteadOfAnEntryThatCannotBeReadIsTheNewestThatThereIs) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  for (std::uint8_t partition = 0; partition < 3; ++partition) ASSERT_TRUE(fixture.put(partition, 1));
  disk.set_errors({.read_one_in = 1});
  std::uint32_t version = 1;
  while (!fixture.checkpoints->has_unreadable() && version < 10'000) ASSERT_TRUE(fixture.put(2, ++version, 4000));
  EXPECT_EQ(fixture.checkpoints->take_unreadable([](const PartitionId&) { return true; }).size(), 2u);
  ASSERT_TRUE(fixture.put(0, 2));
  ASSERT_TRUE(fixture.put(0, 3));
  EXPECT_EQ(fixture.checkpoints->mark().generation, 1u) << "1 is missing";
  ASSERT_TRUE(fixture.put(1, 2));
  ASSERT_TRUE(fixture.put(2, 2));
  EXPECT_EQ(fixture.checkpoints->mark().generation, 2u);
  disk.set_errors({});
  fixture.open();
  EXPECT_TRUE(fixture.has(0, 3) && fixture.has(1, 2) && fixture.has(2, 2));
}

TEST(Checkpoints, AFileThatGrewTooMuchGrowsOnWhileAnEntryCannotBeReadWhichIsAskedForOnce) {
  sim::FaultyFileSystem disk(1);
  Fixture fixture(disk);
  ASSERT_TRUE(fixture.put(1, 1) && fixture.put(2, 1));
  ASSERT_TRUE(disk.flip_bit(only_file(disk), 8 * (kCheckpointFileHeaderBytes + 60)));
  for (std::uint32_t version = 2; version < 500; ++version) ASSERT_TRUE(fixture.put(2, version, 4000));
  EXPECT_EQ(fixture.checkpoints->mark().generation, 1u);
  auto is_ours = [](const PartitionId& id) { return id != test_partition(2); };
  EXPECT_TRUE(fixture.checkpoints->take_unreadable([](const PartitionId&) { return false; }).empty());
  EXPECT_EQ(fixture.checkpoints->take_unreadable(is_ours), std::vector{test_partition(1)});
  ASSERT_TRUE(fixture.put(2, 500, 4000));
  EXPECT_TRUE(fixture.checkpoints->take_unreadable(is_ours).empty());
  ASSERT_TRUE(fixture.put(1, 7));
  EXPECT_EQ(fixture.checkpoints->mark().generation, 2u);
  fixture.open();
  EXPECT_TRUE(fixture.has(1, 7) && fixture.has(2, 500, 4000));
}

}  // namespace
}  // namespace wharf::log
