#include "sim/faulty_file_system.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wharf::sim {
namespace {

using runtime::File;
using runtime::FileSystem;
using runtime::OpenMode;
using Path = FileSystem::Path;

std::unique_ptr<File> open(FileSystem& files, const Path& path, OpenMode mode = OpenMode::kCreate) {
  Result<std::unique_ptr<File>> file = files.open(path, mode);
  return file ? std::move(*file) : nullptr;
}

/// The file's text, or "-" when it is not there.
std::string text_of(FileSystem& files, const Path& path) {
  Result<std::vector<std::byte>> bytes = runtime::read_whole(files, path, 1 << 20);
  return bytes ? std::string(as_text(*bytes)) : "-";
}

std::string repeated(char letter, std::size_t count) { return std::string(count, letter); }

/// What a file may be after a crash, over many draws.
std::set<std::string> survivors(FaultyFileSystem& disk, const Path& path, const CrashModel& model = {}) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) seen.insert(text_of(*disk.crash(seed, model), path));
  return seen;
}

/// A synced file with a synced name.
void store(FaultyFileSystem& disk, const Path& path, std::string_view text) {
  std::unique_ptr<File> file = open(disk, path);
  ASSERT_TRUE(file->truncate(0));
  ASSERT_TRUE(file->write_at(0, as_bytes(text)));
  ASSERT_TRUE(file->sync_data());
  ASSERT_TRUE(disk.sync_folder(path.parent_path()));
}

using Texts = std::set<std::string>;
constexpr CrashModel kNoGarbage{.garble = false};

TEST(FaultyDisk, WhatWasSyncedWithItsNameSurvivesEveryCrash) {
  FaultyFileSystem disk(1);
  store(disk, "f", "kept");
  EXPECT_EQ(survivors(disk, "f"), Texts{"kept"});
}

TEST(FaultyDisk, SyncedBytesWithoutTheFoldersSyncMayLoseTheName) {
  FaultyFileSystem disk(1);
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("kept")));
  ASSERT_TRUE(file->sync_data());
  EXPECT_EQ(survivors(disk, "f"), (Texts{"-", "kept"}));
}

TEST(FaultyDisk, ANameInANewFolderNeedsTheParentsSyncToo) {
  FaultyFileSystem disk(1);
  ASSERT_TRUE(disk.create_folders("a/b"));
  store(disk, "a/b/f", "kept");
  ASSERT_TRUE(disk.sync_folder("a"));
  EXPECT_EQ(survivors(disk, "a/b/f"), (Texts{"-", "kept"}));

  FaultyFileSystem other(1);
  ASSERT_TRUE(other.create_folders("a/b"));
  store(other, "a/b/f", "kept");
  ASSERT_TRUE(other.sync_folder("a"));
  ASSERT_TRUE(other.sync_folder("/"));
  EXPECT_EQ(survivors(other, "a/b/f"), Texts{"kept"});
}

TEST(FaultyDisk, UnsyncedBytesAreKeptDroppedOrCutAnywhereTheirSizeWas) {
  FaultyFileSystem disk(1);
  store(disk, "f", "abc");
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(3, as_bytes("def")));
  ASSERT_TRUE(file->write_at(6, as_bytes("ghi")));
  Texts seen = survivors(disk, "f", kNoGarbage);
  EXPECT_TRUE(seen.contains("abc"));
  EXPECT_TRUE(seen.contains("abcdef"));
  EXPECT_TRUE(seen.contains("abcdefghi"));
  EXPECT_TRUE(seen.contains("abc" + std::string(6, '\0'))) << "the size came before the bytes";
  EXPECT_TRUE(seen.contains("abcdef" + std::string(3, '\0')));
  for (const std::string& text : seen) EXPECT_EQ(text.substr(0, 3), "abc");
}

TEST(FaultyDisk, GarbageStaysWithinWhatWasWrittenUnlessTheDiskIsWorse) {
  FaultyFileSystem disk(1);
  store(disk, "f", repeated('a', 1000));
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(600, as_bytes(repeated('b', 100))));
  bool garbled = false;
  for (const std::string& text : survivors(disk, "f")) {
    EXPECT_EQ(text.substr(0, 600), repeated('a', 600));
    EXPECT_EQ(text.substr(700), repeated('a', 300));
    garbled |= text.substr(600, 100) != repeated('a', 100) && text.substr(600, 100) != repeated('b', 100);
  }
  EXPECT_TRUE(garbled);
  bool worse = false;
  for (const std::string& text : survivors(disk, "f", {.power_safe_overwrite = false})) {
    EXPECT_EQ(text.substr(0, 512), repeated('a', 512));
    worse |= text.substr(512, 88) != repeated('a', 88);
  }
  EXPECT_TRUE(worse);
}

TEST(FaultyDisk, PagesOfOneWriteSurviveOneByOne) {
  FaultyFileSystem disk(1);
  store(disk, "f", repeated('a', 3 * kPageBytes));
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes(repeated('b', 3 * kPageBytes))));
  std::set<std::string> patterns;
  for (const std::string& text : survivors(disk, "f", kNoGarbage)) {
    std::string pattern;
    for (std::size_t page = 0; page < 3; ++page) {
      std::string part = text.substr(page * kPageBytes, kPageBytes);
      pattern += part == repeated('a', kPageBytes) ? "a" : part == repeated('b', kPageBytes) ? "b" : "t";
    }
    patterns.insert(pattern);
  }
  for (const char* pattern : {"aaa", "bbb", "aba", "bab", "aab"}) EXPECT_TRUE(patterns.contains(pattern)) << pattern;
}

TEST(FaultyDisk, AnUnsyncedCutIsKeptOrDroppedWhole) {
  FaultyFileSystem disk(1);
  store(disk, "f", "abcdef");
  auto file = open(disk, "f");
  ASSERT_TRUE(file->truncate(2));
  EXPECT_EQ(survivors(disk, "f"), (Texts{"ab", "abcdef"}));
  EXPECT_FALSE(file->sync_data()) << "the machine is down: nothing more is synced";
  EXPECT_EQ(survivors(disk, "f"), (Texts{"ab", "abcdef"}));
}

TEST(FaultyDisk, RenamesOfOneFolderSurviveAsAPrefix) {
  FaultyFileSystem disk(1);
  store(disk, "f", "old");
  store(disk, "f.new", "new");
  ASSERT_TRUE(disk.rename("f", "f.old"));
  ASSERT_TRUE(disk.rename("f.new", "f"));
  ASSERT_TRUE(disk.remove("f.old"));
  std::set<Texts> states;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto after = disk.crash(seed);
    Texts state;
    for (const char* name : {"f", "f.new", "f.old"}) state.insert(std::string(name) + "=" + text_of(*after, name));
    states.insert(state);
  }
  EXPECT_EQ(states, (std::set<Texts>{{"f=old", "f.new=new", "f.old=-"},
                                     {"f=-", "f.new=new", "f.old=old"},
                                     {"f=new", "f.new=-", "f.old=old"},
                                     {"f=new", "f.new=-", "f.old=-"}}));
}

TEST(FaultyDisk, ARenameBetweenFoldersHappensInBothOrInNeither) {
  FaultyFileSystem disk(1);
  ASSERT_TRUE(disk.create_folders("a"));
  ASSERT_TRUE(disk.create_folders("b"));
  store(disk, "a/f", "moved");
  ASSERT_TRUE(disk.sync_all("/"));
  ASSERT_TRUE(open(disk, "a/before") != nullptr);
  ASSERT_TRUE(open(disk, "b/before") != nullptr);
  ASSERT_TRUE(disk.rename("a/f", "b/f"));
  std::set<std::pair<bool, bool>> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto after = disk.crash(seed);
    seen.insert({*after->exists("a/f"), *after->exists("b/f")});
    if (*after->exists("b/f")) {
      EXPECT_EQ(after->exists("a/before"), true);
      EXPECT_EQ(after->exists("b/before"), true);
    }
  }
  EXPECT_EQ(seen, (std::set<std::pair<bool, bool>>{{true, false}, {false, true}}));
}

TEST(FaultyDisk, ReplaceFileLeavesTheOldOrTheNewContentWhereverItCrashes) {
  std::uint64_t crashes = 0;
  for (std::uint64_t change = 0;; ++change) {
    FaultyFileSystem disk(change);
    store(disk, "f", "the old content");
    disk.crash_at(disk.changes() + change);
    Result<void> done = runtime::replace_file(disk, "f", as_bytes("new"));
    if (!disk.down()) {
      EXPECT_TRUE(done);
      EXPECT_EQ(survivors(disk, "f"), Texts{"new"});
      break;
    }
    ++crashes;
    EXPECT_EQ(done.error().code, ErrorCode::kClosed);
    for (const std::string& text : survivors(disk, "f")) EXPECT_TRUE(text == "the old content" || text == "new") << text;
  }
  EXPECT_GE(crashes, 5u);
}

struct Aligned {
  explicit Aligned(char letter) { std::fill(std::begin(bytes), std::end(bytes), static_cast<std::byte>(letter)); }
  alignas(runtime::kDirectAlignment) std::byte bytes[2 * runtime::kDirectAlignment];
};

TEST(FaultyDisk, ADirectWriteIsDurableWhenItReturnsAndTornBySectorsWhenItDoesNot) {
  FaultyFileSystem disk(3);
  auto a = std::make_unique<Aligned>('a');
  auto b = std::make_unique<Aligned>('b');
  {
    auto file = open(disk, "f", OpenMode::kCreateDirect);
    ASSERT_TRUE(disk.sync_folder("/"));
    ASSERT_TRUE(file->write_at(0, ByteView(a->bytes)));
    EXPECT_EQ(text_of(*disk.kill(), "f"), repeated('a', sizeof a->bytes));
  }
  auto disk2 = disk.crash(7);
  EXPECT_EQ(text_of(*disk2, "f"), repeated('a', sizeof a->bytes));
  disk2->crash_at(disk2->changes());
  auto file = open(*disk2, "f", OpenMode::kCreateDirect);
  EXPECT_EQ(file->write_at(0, ByteView(b->bytes)).error().code, ErrorCode::kClosed);
  Texts seen = survivors(*disk2, "f");
  ASSERT_EQ(seen.size(), 1u) << "what a direct write left is on disk, whichever draw";
  std::size_t new_sectors = 0;
  for (std::size_t at = 0; at < sizeof b->bytes; at += kSectorBytes) {
    std::string sector = seen.begin()->substr(at, kSectorBytes);
    EXPECT_TRUE(sector == repeated('a', kSectorBytes) || sector == repeated('b', kSectorBytes));
    new_sectors += sector[0] == 'b';
  }
  EXPECT_GT(new_sectors, 0u);
  EXPECT_LT(new_sectors, sizeof b->bytes / kSectorBytes);
}

TEST(FaultyDisk, UnalignedDirectUseFails) {
  FaultyFileSystem disk(1);
  auto file = open(disk, "f", OpenMode::kCreateDirect);
  auto block = std::make_unique<Aligned>('a');
  EXPECT_EQ(file->write_at(512, ByteView(block->bytes)).error().code, ErrorCode::kStorage);
  EXPECT_EQ(file->write_at(0, ByteView(block->bytes).first(100)).error().code, ErrorCode::kStorage);
  EXPECT_EQ(file->write_at(0, ByteView(block->bytes).subspan(512, 4096)).error().code, ErrorCode::kStorage);
}

TEST(FaultyDisk, AfterAFailedSyncALaterOneDoesNotWriteThosePages) {
  FaultyFileSystem disk(1);
  store(disk, "f", "old");
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  disk.fail_at(disk.operations());
  EXPECT_EQ(file->sync_data().error().code, ErrorCode::kStorage);
  EXPECT_TRUE(file->sync_data()) << "the kernel forgets that it failed";
  EXPECT_EQ(text_of(disk, "f"), "new") << "and still shows the page";
  Texts seen = survivors(disk, "f");
  EXPECT_TRUE(seen.contains("old"));
  EXPECT_TRUE(seen.contains("new"));
}

TEST(FaultyDisk, PagesOfAFailedSyncWrittenAnewAreSynced) {
  FaultyFileSystem disk(1);
  store(disk, "f", "old");
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  disk.fail_at(disk.operations());
  ASSERT_FALSE(file->sync_data());
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  ASSERT_TRUE(file->sync_data());
  EXPECT_EQ(survivors(disk, "f"), Texts{"new"});
}

TEST(FaultyDisk, AFullDiskTakesWhatFitsAndHealsWhenThereIsRoom) {
  FaultyFileSystem disk(1, 2 * kPageBytes);
  auto file = open(disk, "f");
  Result<void> full = file->write_at(0, as_bytes(repeated('a', 3 * kPageBytes)));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(file->size(), 2 * kPageBytes) << "a part was written";
  EXPECT_EQ(disk.space("/")->available, 0u);
  EXPECT_TRUE(file->write_at(0, as_bytes("b"))) << "overwriting needs no room";
  disk.set_capacity(3 * kPageBytes);
  EXPECT_TRUE(file->write_at(2 * kPageBytes, as_bytes("c")));
  ASSERT_TRUE(disk.remove("f"));
  EXPECT_EQ(disk.space("/")->available, 0u) << "open files keep their room";
  file.reset();
  EXPECT_EQ(disk.space("/")->available, 3 * kPageBytes);
}

TEST(FaultyDisk, TheCountedCallFailsAndTheNextSucceeds) {
  FaultyFileSystem disk(1);
  auto file = open(disk, "f");
  disk.fail_at(disk.operations() + 1, ErrorCode::kDiskFull);
  ASSERT_TRUE(file->write_at(0, as_bytes("one")));
  EXPECT_EQ(file->write_at(3, as_bytes("two")).error().code, ErrorCode::kDiskFull);
  EXPECT_TRUE(file->write_at(3, as_bytes("two")));
  EXPECT_EQ(disk.injected(), 1u);
  EXPECT_EQ(text_of(disk, "f"), "onetwo");
}

TEST(FaultyDisk, AFailedWriteMayHaveWrittenAPart) {
  std::set<std::uint64_t> sizes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FaultyFileSystem disk(seed);
    auto file = open(disk, "f");
    disk.fail_at(disk.operations());
    ASSERT_FALSE(file->write_at(0, as_bytes("abc")));
    sizes.insert(*file->size());
  }
  EXPECT_EQ(sizes, (std::set<std::uint64_t>{0, 1, 2, 3}));
}

TEST(FaultyDisk, SeededErrorsHitTheirClassAndRepeatWithTheSeed) {
  auto run = [](std::uint64_t seed) {
    FaultyFileSystem disk(seed);
    disk.set_errors({.sync_one_in = 4});
    auto file = open(disk, "f");
    std::string outcome;
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(file->write_at(0, as_bytes("x")));
      outcome += file->sync_data() ? '.' : 'E';
    }
    return outcome;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
  std::string outcome = run(1);
  auto failed = std::ranges::count(outcome, 'E');
  EXPECT_GT(failed, 10);
  EXPECT_LT(failed, 45);
}

TEST(FaultyDisk, AfterACrashTheMachineIsDownAndItsDiskCold) {
  FaultyFileSystem disk(1);
  store(disk, "f", "kept");
  auto file = open(disk, "f");
  Result<std::unique_ptr<File>> held = disk.lock("lock");
  ASSERT_TRUE(held);
  ASSERT_TRUE(disk.sync_folder("/"));
  auto after = disk.crash(1);
  EXPECT_TRUE(disk.down());
  EXPECT_EQ(file->size().error().code, ErrorCode::kClosed);
  EXPECT_EQ(file->sync_data().error().code, ErrorCode::kClosed);
  EXPECT_EQ(disk.list("/").error().code, ErrorCode::kClosed);
  EXPECT_TRUE(after->lock("lock"));

  auto again = open(*after, "f", OpenMode::kRead);
  std::vector<std::byte> into(4);
  EXPECT_EQ(again->read_cached_at(0, into).error().code, ErrorCode::kBusy);
  EXPECT_EQ(again->read_at(0, into), 4u);
  EXPECT_EQ(again->read_cached_at(0, into), 4u);
}

TEST(FaultyDisk, AKilledProcessLeavesAllItWroteStillUnsynced) {
  FaultyFileSystem disk(1);
  store(disk, "f", "old");
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  auto after = disk.kill();
  EXPECT_FALSE(file->write_at(0, as_bytes("xxx")));
  EXPECT_EQ(text_of(*after, "f"), "new");
  EXPECT_TRUE(survivors(*after, "f").contains("old"));
}

TEST(FaultyDisk, DamageIsSeenAndDurable) {
  FaultyFileSystem disk(1);
  store(disk, "a", "AAAA");
  store(disk, "b", "BBBBBB");
  EXPECT_TRUE(disk.flip_bit("a", 8));
  EXPECT_EQ(text_of(disk, "a"), "A@AA");
  EXPECT_FALSE(disk.flip_bit("a", 32));
  EXPECT_TRUE(disk.swap_files("a", "b"));
  EXPECT_TRUE(disk.truncate_file("a", 3));
  EXPECT_TRUE(disk.zero_block("b", 2));
  EXPECT_EQ(text_of(disk, "a"), "BBB");
  EXPECT_EQ(text_of(disk, "b"), std::string("A@\0\0", 4));
  EXPECT_EQ(survivors(disk, "a"), Texts{"BBB"});
  EXPECT_EQ(survivors(disk, "b"), (Texts{std::string("A@\0\0", 4)}));
}

TEST(FaultyDisk, TheRecordShowsTheOrderOfCallsAndNotes) {
  FaultyFileSystem disk(1);
  auto file = open(disk, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("batch")));
  ASSERT_TRUE(file->sync_data());
  disk.note("replied");
  std::vector<DiskOperation> record = disk.recorded();
  ASSERT_EQ(record.size(), 4u);
  EXPECT_EQ(record[1].call, DiskCall::kWrite);
  EXPECT_EQ(record[1].length, 5u);
  EXPECT_EQ(record[2].call, DiskCall::kSyncData);
  EXPECT_EQ(record[3].path, "replied");
}

TEST(FaultyDisk, TheSameSeedsLeaveTheSameDisk) {
  auto run = [](std::uint64_t seed) {
    Trace trace;
    FaultyFileSystem disk(seed);
    disk.set_trace(&trace);
    disk.set_errors({.read_one_in = 5, .write_one_in = 5, .sync_one_in = 5, .metadata_one_in = 9});
    SeededRandom random(seed, "workload");
    std::string all;
    for (int i = 0; i < 300; ++i) {
      Path path = "f" + std::to_string(random.below(4));
      auto file = open(disk, path);
      if (!file) continue;
      std::string bytes(random.below(9000), static_cast<char>('a' + random.below(26)));
      if (random.one_in(3)) std::ignore = file->sync_data();
      if (random.one_in(9)) std::ignore = file->truncate(random.below(9000));
      if (random.one_in(9)) std::ignore = disk.rename(path, "f" + std::to_string(random.below(4)));
      if (random.one_in(9)) std::ignore = disk.sync_folder("/");
      std::ignore = file->write_at(random.below(9000), as_bytes(bytes));
    }
    auto after = disk.crash(seed);
    for (int i = 0; i < 4; ++i) all += text_of(*after, "f" + std::to_string(i)) + "|";
    return std::pair(all, trace.hash());
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(run(seed), run(seed));
  EXPECT_NE(run(1).second, run(2).second);
}

}  // namespace
}  // namespace wharf::sim
