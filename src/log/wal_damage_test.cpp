// Damage of every kind to the files of a write-ahead log: what is missing afterwards is what was damaged, and it is
// named.
#include <algorithm>

#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "sim/faulty_file_system.hpp"

namespace wharf::log {
namespace {

using testing::recover;
using testing::Recovery;
using testing::StepLoop;
using testing::test_record;
using testing::TestRecord;
using testing::try_recover;

constexpr std::uint32_t kFileBlocks = 8;

/// A log whose every block is known: which flush wrote it, which records touch it.
class Written {
 public:
  Written() : disk(3), files_(*WalFiles::open(disk, "wal", {.file_bytes = kFileBlocks * kWalBlockBytes})) {
    log_.emplace(loop_.shard, *files_, loop_.logger, WriteAheadLogOptions());
  }
  ~Written() {
    if (log_) close();
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  void append(std::size_t bytes, std::uint8_t partition) {
    TestRecord record = test_record(records.size(), partition, next_[partition]++, bytes);
    WHARF_ASSERT(log_->append(record.header, record.payload).has_value());
    records.push_back(record);
    bool fits = open_ && kWalPayloadBytes - used_ >= kWalRecordHeaderBytes;
    if (!fits) begin_block();
    std::uint64_t first = blocks_ - 1;
    for (std::size_t left = kWalRecordHeaderBytes + bytes; left > 0;) {
      if (used_ == kWalPayloadBytes) begin_block();
      std::size_t length = std::min(left, kWalPayloadBytes - used_);
      used_ += length;
      left -= length;
    }
    touched.emplace_back(first, blocks_ - 1);
  }
  /// Its blocks are not known here.
  void append(const OwnedBatches& shared, std::uint8_t partition) {
    TestRecord record = test_record(0, partition, next_[partition]++, 0);
    record.payload.assign(shared.bytes.begin(), shared.bytes.end());
    OwnedBatches mine = shared;
    mine.separate_header();
    WHARF_ASSERT(log_->append_batches(record.header, mine).has_value());
    records.push_back(std::move(record));
  }
  void flush() {
    WHARF_ASSERT(loop_.await(log_->flush()).has_value());
    last_flush_begin = flushed_;
    flushed_ = blocks_;
    open_ = false;
  }
  void close() {
    loop_.await(log_->close());
    log_.reset();
  }
  std::uint64_t blocks() const { return blocks_; }
  /// The file that holds block `number` of the whole log.
  std::string file_of(std::uint64_t number) const { return "wal/" + names()[number / kFileBlocks]; }
  std::vector<std::string> names() const {
    std::vector<std::string> written;  // in the order in which they were written
    for (const sim::DiskOperation& operation : disk.recorded()) {
      if (operation.call != sim::DiskCall::kWrite || !operation.path.ends_with(".wal")) continue;
      std::string name = operation.path.substr(operation.path.find('/') + 1);
      if (written.empty() || written.back() != name) written.push_back(name);
    }
    return written;
  }

  /// Exactly the records that touch none of `damaged` are found, in order.
  void expect_all_but(const std::vector<std::uint64_t>& damaged, const Recovery& found) const {
    std::size_t next = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      bool hit = std::ranges::any_of(
          damaged, [&](std::uint64_t block) { return touched[i].first <= block && block <= touched[i].second; });
      if (hit) continue;
      ASSERT_LT(next, found.records.size()) << "record " << i << " is missing";
      ASSERT_TRUE(found.records[next].same_as(records[i])) << "record " << i;
      bool behind = std::ranges::any_of(damaged, [&](std::uint64_t block) { return block <= touched[i].second; });
      EXPECT_EQ(found.records[next].gap != WalGap::kNone, behind) << "record " << i;
      ++next;
    }
    ASSERT_EQ(next, found.records.size());
  }

  sim::FaultyFileSystem disk;
  std::vector<TestRecord> records;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> touched;  // first and last block of each record
  std::uint64_t last_flush_begin = 0;

 private:
  void begin_block() {
    ++blocks_;
    used_ = 0;
    open_ = true;
  }

  StepLoop loop_;
  std::unique_ptr<WalFiles> files_;
  std::optional<WriteAheadLog> log_;
  std::map<std::uint8_t, std::int64_t> next_;
  std::uint64_t blocks_ = 0;
  std::uint64_t flushed_ = 0;
  std::size_t used_ = 0;
  bool open_ = false;
};

/// 21 blocks in three files: single records, packed ones, records over several blocks and from file to file.
void write_mixture(Written& log) {
  for (std::size_t bytes : {100u, 3000u, 50u, 6000u, 0u}) log.append(bytes, static_cast<std::uint8_t>(bytes % 3));
  log.flush();
  log.append(5 * kWalPayloadBytes, 1);
  log.flush();
  for (int i = 0; i < 60; ++i) log.append(200, static_cast<std::uint8_t>(i % 3));
  log.flush();
  log.append(2 * kWalPayloadBytes, 2);
  log.flush();
  log.append(10, 0);
  log.append(kWalPayloadBytes, 1);
  log.append(10, 2);
  log.flush();
}

TEST(WalDamage, AFlippedBitAnywhereCostsTheRecordsOfItsBlockAndNothingElse) {
  Written log;
  write_mixture(log);
  log.close();
  ASSERT_GT(log.blocks(), 2 * kFileBlocks);
  for (std::uint64_t block = 0; block < log.blocks(); ++block) {
    std::string file = log.file_of(block);
    std::uint64_t in_file = block % kFileBlocks;
    for (std::size_t byte = 0; byte < kWalBlockBytes; byte += byte < kWalBlockHeaderBytes ? 1 : 61) {
      SCOPED_TRACE(::testing::Message() << "block " << block << " byte " << byte);
      std::uint64_t bit = (in_file * kWalBlockBytes + byte) * 8 + byte % 8;
      ASSERT_TRUE(log.disk.flip_bit(file, bit));
      Recovery found = recover(log.disk, "wal");
      log.expect_all_but({block}, found);
      if (::testing::Test::HasFatalFailure()) return;
      ASSERT_EQ(found.report.damage.size(), 1u);
      const WalDamage& damage = found.report.damage[0];
      EXPECT_EQ("wal/" + damage.file, file);
      EXPECT_EQ(damage.first_block, in_file);
      EXPECT_EQ(damage.blocks, 1u);
      EXPECT_EQ(damage.kind, block < log.last_flush_begin ? WalGap::kDamage : WalGap::kTorn);
      log.disk.flip_bit(file, bit);
    }
  }
}

TEST(WalDamage, LostOffsetsAreNamedWhereOtherRecordsTellThem) {
  Written log;
  log.append(10, 0);
  log.append(10, 1);
  log.flush();
  log.append(10, 0);
  log.append(10, 0);
  log.append(10, 1);
  log.flush();
  log.append(10, 1);
  log.append(10, 0);
  log.flush();
  log.append(10, 2);
  log.flush();
  log.close();
  log.disk.zero_block(log.file_of(1), kWalBlockBytes);
  Recovery found = recover(log.disk, "wal");
  ASSERT_EQ(found.report.losses.size(), 2u);
  EXPECT_EQ(found.report.losses[0].partition, testing::test_partition(1));
  EXPECT_EQ(found.report.losses[0].first, Offset{1});
  EXPECT_EQ(found.report.losses[0].next, Offset{2});
  EXPECT_EQ(found.report.losses[1].partition, testing::test_partition(0));
  EXPECT_EQ(found.report.losses[1].first, Offset{1});
  EXPECT_EQ(found.report.losses[1].next, Offset{3});
}

TEST(WalDamage, ARecordWhoseHeaderIsReadableIsNamedEvenIfNothingFollowsIt) {
  Written log;
  log.append(2 * kWalPayloadBytes, 0);
  log.flush();
  log.append(10, 1);
  log.flush();
  log.close();
  log.disk.zero_block(log.file_of(1), kWalBlockBytes);
  Recovery found = recover(log.disk, "wal");
  ASSERT_EQ(found.report.losses.size(), 1u);
  EXPECT_EQ(found.report.losses[0].partition, testing::test_partition(0));
  EXPECT_EQ(found.report.losses[0].next, Offset{1});
}

TEST(WalDamage, ABatchThatIsLostIsLostForAllThatRepeatItAndTheyAreNamed) {
  Written log;
  OwnedBatches first = share(test_record(1, 0, 0, kWalPayloadBytes).payload);
  OwnedBatches second = share(test_record(2, 0, 0, kWalPayloadBytes).payload);
  for (const OwnedBatches* batch : {&first, &second}) {
    log.append(*batch, 0);  // two blocks
    log.flush();
    log.append(*batch, 1);  // one
    log.flush();
  }
  log.append(10, 2);
  log.flush();
  log.close();
  using Lost = std::vector<std::size_t>;
  const std::vector<std::pair<std::uint64_t, Lost>> cases = {{0, {0, 1}}, {1, {0, 1}}, {2, {1}}, {3, {2, 3}}, {5, {3}}};
  for (const auto& [block, lost] : cases) {
    SCOPED_TRACE(::testing::Message() << "block " << block);
    std::uint64_t bit = (block % kFileBlocks * kWalBlockBytes + 100) * 8;
    log.disk.flip_bit(log.file_of(block), bit);
    Recovery found = recover(log.disk, "wal");
    log.disk.flip_bit(log.file_of(block), bit);
    std::size_t next = 0;
    for (std::size_t i = 0; i < log.records.size(); ++i) {
      if (std::ranges::find(lost, i) != lost.end()) continue;
      ASSERT_LT(next, found.records.size());
      EXPECT_TRUE(found.records[next++].same_as(log.records[i])) << i;
    }
    EXPECT_EQ(next, found.records.size());
    if (block != 0 && block != 3) continue;
    ASSERT_EQ(found.report.losses.size(), 1u);  // the first one's header is lost too
    EXPECT_EQ(found.report.losses[0].partition, testing::test_partition(1));
  }
}

TEST(WalDamage, ABlockOfOldContentWhereSomethingWasDurableIsALostWrite) {
  Written log;
  write_mixture(log);
  log.close();
  std::vector<std::byte> old(kWalBlockBytes);
  auto file = *log.disk.open(log.file_of(0), runtime::OpenMode::kReadWrite);
  ASSERT_TRUE(file->read_at(0, old));
  store_wal_block_fill(old.data(), {});
  seal_wal_block(
      MutableBytes(old).first<kWalBlockBytes>(),
      {.sequence = WalSequence{1}, .file_blocks = kFileBlocks, .block = 2, .flush_begin = 2, .flush_blocks = 1});
  auto second = *log.disk.open(log.file_of(kFileBlocks + 2), runtime::OpenMode::kReadWrite);
  ASSERT_TRUE(second->write_at(2 * kWalBlockBytes, old));
  Recovery found = recover(log.disk, "wal");
  log.expect_all_but({kFileBlocks + 2}, found);
  EXPECT_TRUE(found.report.has_damage());
}

TEST(WalDamage, ALostFileIsMissedByItsSuccessor) {
  Written log;
  write_mixture(log);
  log.close();
  for (std::uint64_t lost : {0u, 1u}) {
    auto disk = log.disk.crash(1);
    std::string name = log.names()[lost];
    ASSERT_TRUE(disk->lose_file("wal/" + name));
    Recovery found = recover(*disk, "wal");
    std::vector<std::uint64_t> blocks;
    for (std::uint32_t i = 0; i < kFileBlocks; ++i) blocks.push_back(lost * kFileBlocks + i);
    log.expect_all_but(blocks, found);
    ASSERT_EQ(found.report.damage.size(), 1u);
    EXPECT_EQ(found.report.damage[0].file, "");
    EXPECT_EQ(found.report.damage[0].blocks, kFileBlocks);
    EXPECT_EQ(found.report.damage[0].sequence, WalSequence{lost + 1});
  }
}

TEST(WalDamage, AFileThatWasCutIsDamagedFromThereOn) {
  Written log;
  write_mixture(log);
  log.close();
  for (std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{kWalBlockBytes}, 3 * kWalBlockBytes + 1}) {
    for (std::uint64_t cut : {0u, 1u, 2u}) {
      SCOPED_TRACE(::testing::Message() << "file " << cut << " size " << size);
      auto disk = log.disk.crash(1);
      ASSERT_TRUE(disk->truncate_file("wal/" + log.names()[cut], size));
      Recovery found = recover(*disk, "wal");
      std::vector<std::uint64_t> blocks;
      for (std::uint64_t i = size / kWalBlockBytes; i < kFileBlocks; ++i) blocks.push_back(cut * kFileBlocks + i);
      log.expect_all_but(blocks, found);
      EXPECT_TRUE(found.report.has_damage());
    }
  }
}

TEST(WalDamage, SwappedFilesAreReadInTheOrderOfTheirContent) {
  Written log;
  write_mixture(log);
  log.close();
  ASSERT_TRUE(log.disk.swap_files("wal/" + log.names()[0], "wal/" + log.names()[2]));
  Recovery found = recover(log.disk, "wal");
  log.expect_all_but({}, found);
  EXPECT_TRUE(found.report.damage.empty());
}

TEST(WalDamage, ACallThatFailsOnceCostsNoRecord) {
  Written log;
  write_mixture(log);
  log.close();
  std::uint64_t before = log.disk.operations();
  recover(log.disk, "wal");
  std::uint64_t calls = log.disk.operations() - before;
  for (std::uint64_t failing = 0; failing < calls; ++failing) {
    log.disk.fail_at(log.disk.operations() + failing);
    std::size_t records = 0;
    Result<WalReport> report =
        read_write_ahead_logs(log.disk, "wal", {}, [&](const RecoveredWalRecord&) -> Result<void> {
          ++records;
          return {};
        });
    if (report) {
      EXPECT_EQ(records, log.records.size());
    } else {
      EXPECT_EQ(report.error().code, ErrorCode::kStorage);
    }
  }
}

/// Taken for a new file whose first flush was torn, it would be written again.
TEST(WalDamage, AFileOfWhichNothingCanBeReadEndsTheStartAndIsReadByTheNext) {
  Written log;
  write_mixture(log);
  log.close();
  std::size_t records = recover(log.disk, "wal").records.size();
  for (const std::string& name : log.names()) {
    log.disk.set_errors({.path_part = name, .read_one_in = 1});
    Result<Recovery> failed = try_recover(log.disk, "wal", {});
    ASSERT_FALSE(failed) << name;
    EXPECT_EQ(failed.error().code, ErrorCode::kStorage);
    log.disk.set_errors({});
    EXPECT_EQ(recover(log.disk, "wal").records.size(), records);
  }
}

/// A young file: what could not be read is all that was written to it. In one that is written again, what is behind
/// tells of an earlier use.
TEST(WalDamage, AFileWhoseFirstBlockCannotBeReadAndOfWhichNothingNewerTellsEndsTheStart) {
  Written log;
  log.append(100, 0);
  log.flush();
  log.close();
  log.disk.set_errors({.read_one_in = 2});
  int ended = 0;
  for (int start = 0; start < 200; ++start) {
    Result<Recovery> found = try_recover(log.disk, "wal", {});
    if (!found) ++ended;
    if (!found) continue;
    for (const WalDamage& damage : found->report.damage) {
      if (damage.file == log.names()[0]) EXPECT_GT(damage.sequence.value, 0u) << "as if it were new";
    }
  }
  EXPECT_GT(ended, 0);
}

TEST(WalDamage, WhatACheckpointCoversIsNeitherReadNorMissed) {
  Written log;
  write_mixture(log);
  log.close();
  ASSERT_TRUE(log.disk.lose_file("wal/" + log.names()[0]));
  Recovery found = recover(log.disk, "wal", {.all = {}, .shards = {{ShardIndex{0}, WalSequence{2}}}});
  EXPECT_TRUE(found.report.damage.empty());
  EXPECT_EQ(found.report.files, 2u);
  EXPECT_EQ(recover(log.disk, "wal", {.all = WalSequence{9}, .shards = {}}).report.files, 0u);
}

TEST(WalDamage, AnErrorOfTheTakerEndsTheRecovery) {
  Written log;
  write_mixture(log);
  log.close();
  int taken = 0;
  Result<WalReport> report = read_write_ahead_logs(log.disk, "wal", {}, [&](const RecoveredWalRecord&) -> Result<void> {
    if (++taken == 3) return fail(ErrorCode::kDiskFull, "full");
    return {};
  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(taken, 3);
}

}  // namespace
}  // namespace wharf::log
