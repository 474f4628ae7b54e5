#include "log/write_ahead_log.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "runtime/memory_files.hpp"
#include "sim/faulty_file_system.hpp"

namespace wharf::log {
namespace {

using testing::recover;
using testing::Recovery;
using testing::StepLoop;
using testing::test_record;
using testing::TestRecord;

constexpr std::uint64_t kFileBytes = 16 * kWalBlockBytes;

/// A log on a simulated disk, with small files.
struct Fixture {
  explicit Fixture(WriteAheadLogOptions options = {}, bool direct = true,
                   std::uint64_t capacity = sim::FaultyFileSystem::kAmple)
      : disk(1, capacity), files(*WalFiles::open(disk, "wal", {.file_bytes = kFileBytes, .direct = direct})) {
    log.emplace(loop.shard, *files, loop.logger, options);
    loop.run();
  }
  ~Fixture() {
    if (log) loop.await(log->close());
  }

  WalPosition append(std::size_t bytes, std::uint8_t partition = 0) {
    records.push_back(test_record(records.size(), partition, offsets[partition]++, bytes));
    Result<WalPosition> position = log->append(records.back().header, records.back().payload);
    EXPECT_TRUE(position.has_value());
    return *position;
  }
  /// A record of a batch that others may have too.
  WalPosition append(const OwnedBatches& shared, std::uint8_t partition) {
    records.push_back(test_record(0, partition, offsets[partition]++, 0));
    records.back().payload.assign(shared.bytes.begin(), shared.bytes.end());
    OwnedBatches mine = shared;
    mine.separate_header();
    Result<WalPosition> position = log->append_batches(records.back().header, mine);
    EXPECT_TRUE(position.has_value());
    return *position;
  }
  Result<WalPosition> flush() { return loop.await(log->flush()); }

  /// What a start after a power loss would find is what was appended, up to `count` records.
  void expect_recovered(std::size_t count) {
    Recovery found = recover(*disk.crash(1), "wal");
    EXPECT_FALSE(found.report.has_damage());
    ASSERT_EQ(found.records.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(found.records[i].same_as(records[i])) << i;
  }

  StepLoop loop;
  sim::FaultyFileSystem disk;
  std::unique_ptr<WalFiles> files;
  std::optional<WriteAheadLog> log;
  std::vector<TestRecord> records;
  std::map<std::uint8_t, std::int64_t> offsets;
};

TEST(WriteAheadLog, FilesAreMadeAheadOnceThatIsAskedForAndBeforeAtNeed) {
  Fixture fixture({.prepare_ahead = false});
  EXPECT_EQ(fixture.files->total_bytes(), 0u);
  fixture.append(100);
  ASSERT_TRUE(fixture.flush());
  fixture.loop.run();
  EXPECT_EQ(fixture.files->total_bytes(), kFileBytes);
  fixture.log->prepare_ahead();
  fixture.loop.run();
  EXPECT_EQ(fixture.files->total_bytes(), 2 * kFileBytes);
  fixture.expect_recovered(1);
}

TEST(WriteAheadLog, WhatWasFlushedIsFoundAfterAPowerLossInOrder) {
  for (bool direct : {false, true}) {
    Fixture fixture({}, direct);
    for (std::size_t bytes : {0u, 1u, 100u, 4000u, 9000u, 5u})
      fixture.append(bytes, static_cast<std::uint8_t>(bytes % 2));
    ASSERT_TRUE(fixture.flush());
    fixture.expect_recovered(6);
  }
}

TEST(WriteAheadLog, AFlushOfNothingIsDoneAtOnce) {
  Fixture fixture;
  std::uint64_t before = fixture.disk.operations();
  ASSERT_TRUE(fixture.flush());
  EXPECT_EQ(fixture.disk.operations(), before);
}

TEST(WriteAheadLog, OneFlushIsUnderWayAndWhatArrivesMeanwhileIsTheNext) {
  Fixture fixture;
  fixture.append(1);
  ASSERT_TRUE(fixture.flush());  // the next file is made
  WalPosition first = fixture.append(100);
  auto a = fixture.loop.start(fixture.log->flush());
  fixture.loop.turn();
  EXPECT_EQ(fixture.loop.pool.waiting(), 1u);
  WalPosition last{};
  for (int i = 0; i < 50; ++i) last = fixture.append(10);
  auto b = fixture.loop.start(fixture.log->flush());
  auto c = fixture.loop.start(fixture.log->flush());
  fixture.loop.turn();
  EXPECT_EQ(fixture.loop.pool.waiting(), 1u);  // b and c wait for a
  EXPECT_LT(fixture.log->durable(), first);

  fixture.loop.pool.run_one();
  fixture.loop.turn();
  EXPECT_TRUE(a.done());
  EXPECT_FALSE(b.done());
  EXPECT_GE(fixture.log->durable(), first);
  EXPECT_LT(fixture.log->durable(), last);
  EXPECT_EQ(fixture.loop.pool.waiting(), 1u);  // one write for all 50

  fixture.loop.pool.run_one();
  fixture.loop.turn();
  EXPECT_TRUE(b.done() && c.done());
  EXPECT_EQ(fixture.log->durable(), last);
  EXPECT_EQ(fixture.loop.pool.waiting(), 0u);
}

TEST(WriteAheadLog, ADurableBlockIsNeverWrittenAgain) {
  Fixture fixture;
  for (int i = 0; i < 40; ++i) {
    fixture.append(static_cast<std::size_t>(i) * 10);
    ASSERT_TRUE(fixture.flush());
  }
  std::map<std::string, std::uint64_t> ends;
  for (const sim::DiskOperation& operation : fixture.disk.recorded()) {
    if (operation.call != sim::DiskCall::kWrite || !operation.path.ends_with(".wal")) continue;
    EXPECT_EQ(operation.position, ends[operation.path]);
    EXPECT_EQ(operation.position % kWalBlockBytes, 0u);
    ends[operation.path] = operation.position + operation.length;
  }
  EXPECT_EQ(ends.size(), 3u);
  fixture.expect_recovered(40);
}

TEST(WriteAheadLog, ARecordMayBeLargerThanAFile) {
  Fixture fixture;
  fixture.append(100);
  fixture.append(3 * kFileBytes);
  fixture.append(100);
  ASSERT_TRUE(fixture.flush());
  fixture.expect_recovered(3);
  Result<WalPosition> refused =
      fixture.log->append(fixture.records[0].header, std::vector<std::byte>(fixture.log->max_record_bytes() + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
}

TEST(WriteAheadLog, ALargeFlushIsSeveralWrites) {
  Fixture fixture({.max_write_bytes = 2 * kWalBlockBytes});
  fixture.append(1);
  ASSERT_TRUE(fixture.flush());
  WalPosition first = fixture.append(kWalPayloadBytes);
  fixture.append(3 * kWalPayloadBytes);
  auto flush = fixture.loop.start(fixture.log->flush());
  fixture.loop.turn();
  fixture.loop.pool.run_one();
  fixture.loop.turn();
  EXPECT_GE(fixture.log->durable(), first);
  EXPECT_FALSE(flush.done());
  ASSERT_TRUE(*flush.take(fixture.loop));
  fixture.expect_recovered(3);
}

TEST(WriteAheadLog, FilesThatACheckpointCoversAreWrittenAgainAndTheirOldContentIsNotFound) {
  Fixture fixture({.max_files = 4});
  for (int round = 0; round < 100; ++round) {
    fixture.append(2 * kWalBlockBytes);
    ASSERT_TRUE(fixture.flush());
    if (round % 8 == 7) {
      WalPosition upto = fixture.log->durable();
      WalFloors floors{.shards = {{ShardIndex{0}, fixture.log->floor_at(upto)}}};
      fixture.log->recycle(upto);
      fixture.loop.run();
      Recovery found = recover(fixture.disk, "wal", floors);
      EXPECT_FALSE(found.report.has_damage());
      EXPECT_LE(found.report.files, 1u);  // the one being written
      EXPECT_EQ(fixture.log->bytes_since_checkpoint(), 0u);
    }
  }
  EXPECT_LE(fixture.files->total_bytes(), 5 * kFileBytes);
  std::set<std::string> names;
  for (const sim::DiskOperation& operation : fixture.disk.recorded()) {
    if (operation.call == sim::DiskCall::kRename) names.insert(operation.to);
  }
  EXPECT_LE(names.size(), 5u);
}

TEST(WriteAheadLog, WithoutACheckpointItStopsAtItsSizeAndGoesOnAfterOne) {
  Fixture fixture({.max_files = 3});
  EXPECT_FALSE(fixture.log->wants_checkpoint());
  Result<WalPosition> flushed;
  for (int i = 0; i < 20 && flushed; ++i) {
    fixture.append(4 * kWalBlockBytes);
    flushed = fixture.flush();
  }
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(fixture.log->wants_checkpoint());
  EXPECT_FALSE(fixture.log->refusing());
  EXPECT_EQ(fixture.files->total_bytes(), 3 * kFileBytes);
  fixture.log->recycle(fixture.log->durable());
  EXPECT_TRUE(fixture.flush());
  EXPECT_EQ(fixture.log->durable(), fixture.log->appended());
}

TEST(WriteAheadLog, ARecordThatBeginsInAFileKeepsTheFileUntilItIsVouchedFor) {
  Fixture fixture({.max_files = 4});
  WalPosition small = fixture.append(14 * kWalPayloadBytes);
  ASSERT_TRUE(fixture.flush());
  WalPosition last = fixture.append(8 * kWalPayloadBytes);  // begins in the first file, ends in the second
  auto flush = fixture.loop.start(fixture.log->flush());
  fixture.loop.turn();
  while (fixture.log->durable() == small) {  // until the first file's part is durable
    fixture.loop.pool.run_one();
    fixture.loop.turn();
  }
  WalPosition first_file{16};
  ASSERT_EQ(fixture.log->durable(), first_file);
  WalSequence floor = fixture.log->floor_at(first_file);
  fixture.log->recycle(first_file);
  ASSERT_TRUE(*flush.take(fixture.loop));
  ASSERT_EQ(fixture.log->durable(), last);
  fixture.expect_recovered(2);
  EXPECT_EQ(fixture.log->floor_at(first_file), floor);
  EXPECT_LT(floor, fixture.log->floor_at(last));
}

TEST(WriteAheadLog, ABatchThatSeveralPartitionsTakeIsWrittenOnceWhateverComesBetween) {
  Fixture fixture;
  OwnedBatches shared = share(test_record(1, 0, 0, 5 * kWalPayloadBytes).payload);
  for (std::uint8_t partition = 0; partition < 20; ++partition) {
    fixture.append(shared, partition);
    fixture.append(30, 1);
  }
  fixture.append(share(test_record(2, 0, 0, 100).payload), 3);
  fixture.append(shared, 4);  // not the newest any more
  ASSERT_TRUE(fixture.flush());
  EXPECT_LE(fixture.log->durable().value, 12u);
  fixture.expect_recovered(42);
}

TEST(WriteAheadLog, ABatchIsWrittenAgainForWhoComesWhenItsFileIsFull) {
  Fixture fixture({.max_files = 4});
  OwnedBatches shared = share(test_record(1, 0, 0, 10 * kWalPayloadBytes).payload);
  fixture.append(shared, 0);
  ASSERT_TRUE(fixture.flush());
  WalPosition second = fixture.append(shared, 1);
  ASSERT_TRUE(fixture.flush());
  fixture.append(6 * kWalPayloadBytes, 2);
  ASSERT_TRUE(fixture.flush());  // the first file is full, the next begun
  WalPosition third = fixture.append(shared, 2);
  ASSERT_TRUE(fixture.flush());
  fixture.expect_recovered(4);
  EXPECT_LE(second.value, 12u);
  EXPECT_GE(third.value, 26u);
  auto disk = fixture.disk.crash(1);
  WalFloors floors{.shards = {{ShardIndex{0}, fixture.log->floor_at(second)}}};
  EXPECT_EQ(recover(*disk, "wal", floors).records.size(), 4u);
  floors = {.shards = {{ShardIndex{0}, fixture.log->floor_at(WalPosition{18})}}};
  Recovery found = recover(*disk, "wal", floors);
  EXPECT_FALSE(found.report.has_damage());
  ASSERT_FALSE(found.records.empty());
  EXPECT_TRUE(found.records.back().same_as(fixture.records.back()));
}

TEST(WriteAheadLog, TooMuchForTheDiskIsRefusedUntilItCatchesUp) {
  Fixture fixture({.max_buffered_bytes = 8 * kWalBlockBytes});
  fixture.append(3 * kWalBlockBytes);
  fixture.append(20 * kWalBlockBytes);  // one that is larger may come
  TestRecord record = test_record(9, 0, 2, 3 * kWalBlockBytes);
  Result<WalPosition> refused = fixture.log->append(record.header, record.payload);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  ASSERT_TRUE(fixture.flush());
  EXPECT_TRUE(fixture.log->append(record.header, record.payload));
}

// --- when the disk fails

TEST(WriteAheadLog, AFailedWriteFailsItsWaitersAndTheRecordsGoToAnotherFileLater) {
  for (bool direct : {false, true}) {
    Fixture fixture({}, direct);
    fixture.append(100);
    ASSERT_TRUE(fixture.flush());
    fixture.append(200);
    auto a = fixture.loop.start(fixture.log->flush());
    fixture.loop.turn();
    auto b = fixture.loop.start(fixture.log->flush());
    fixture.disk.fail_at(fixture.disk.operations() + (direct ? 0 : 1));
    fixture.loop.run();
    ASSERT_TRUE(a.done() && b.done());
    EXPECT_EQ((*a).error().code, ErrorCode::kStorage);
    EXPECT_EQ((*b).error().code, ErrorCode::kStorage);
    ASSERT_TRUE(fixture.log->refusing());
    Result<WalPosition> refused = fixture.log->append(fixture.records[0].header, {});
    EXPECT_EQ(refused.error().code, ErrorCode::kStorage);
    std::size_t failed_at = fixture.disk.recorded().size();

    ASSERT_TRUE(fixture.flush());
    EXPECT_FALSE(fixture.log->refusing());
    EXPECT_EQ(fixture.log->durable(), fixture.log->appended());
    fixture.append(300);
    ASSERT_TRUE(fixture.flush());
    std::string failed_file;
    std::vector<sim::DiskOperation> recorded = fixture.disk.recorded();
    for (const sim::DiskOperation& operation : recorded) {
      if (operation.failed) failed_file = operation.path;
    }
    for (std::size_t i = failed_at; i < recorded.size(); ++i) {
      if (recorded[i].call != sim::DiskCall::kRead) EXPECT_NE(recorded[i].path, failed_file);
    }
    fixture.expect_recovered(3);
    EXPECT_EQ(fixture.loop.logger.lines.size(), 2u);  // it fails, it works again
  }
}

TEST(WriteAheadLog, AFileThatFailedIsNeverUsedAgain) {
  for (bool at_its_first_write : {true, false}) {
    Fixture fixture({.max_files = 4});
    if (!at_its_first_write) fixture.append(100);
    ASSERT_TRUE(fixture.flush());
    fixture.append(100);
    if (at_its_first_write) fixture.disk.set_errors({.write_one_in = 1});
    if (!at_its_first_write) fixture.disk.fail_at(fixture.disk.operations());
    EXPECT_FALSE(fixture.flush());
    fixture.disk.set_errors({});
    std::vector<sim::DiskOperation> recorded = fixture.disk.recorded();
    auto failed = std::ranges::find_if(recorded, [](const auto& operation) { return operation.failed; });
    ASSERT_NE(failed, recorded.end());
    ASSERT_TRUE(fixture.flush());
    for (int round = 0; round < 40; ++round) {
      fixture.append(3 * kWalBlockBytes);
      ASSERT_TRUE(fixture.flush());
      fixture.log->recycle(fixture.log->durable());
      fixture.loop.run();
    }
    std::vector<sim::DiskOperation> later = fixture.disk.recorded();
    bool removed = false;
    for (auto i = static_cast<std::size_t>(failed - recorded.begin()) + 1; i < later.size(); ++i) {
      if (later[i].path != failed->path) continue;
      EXPECT_EQ(later[i].call, sim::DiskCall::kRemove);
      removed = true;
    }
    EXPECT_TRUE(removed);
  }
}

TEST(WriteAheadLog, FailureAfterFailureLosesNothingAndHealsInTheEnd) {
  Fixture fixture;
  fixture.append(100);
  ASSERT_TRUE(fixture.flush());
  fixture.append(100);
  fixture.disk.set_errors({.write_one_in = 1});
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(fixture.flush());
    EXPECT_TRUE(fixture.log->refusing());
  }
  fixture.disk.set_errors({});
  ASSERT_TRUE(fixture.flush());
  fixture.append(50);
  ASSERT_TRUE(fixture.flush());
  fixture.expect_recovered(3);
  EXPECT_EQ(fixture.loop.logger.lines.size(), 2u);
}

TEST(WriteAheadLog, AFullDiskRefusesWithItsOwnErrorAndHealsWhenThereIsSpace) {
  Fixture fixture({}, true, 2 * kFileBytes);
  Result<WalPosition> flushed;
  for (int i = 0; i < 20 && flushed; ++i) {
    fixture.append(4 * kWalBlockBytes);
    flushed = fixture.flush();
  }
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(fixture.log->append(fixture.records[0].header, {}).error().code, ErrorCode::kDiskFull);
  EXPECT_FALSE(fixture.flush());
  fixture.disk.set_capacity(8 * kFileBytes);
  ASSERT_TRUE(fixture.flush());
  EXPECT_FALSE(fixture.log->refusing());
  fixture.expect_recovered(fixture.records.size());
}

TEST(WriteAheadLog, AnErrorInAnyCallIsAnErrorOfTheFlushAndNothingElse) {
  for (std::uint64_t failing = 0;; ++failing) {
    Fixture fixture({.max_files = 4});
    std::uint64_t begin = fixture.disk.operations();
    fixture.disk.fail_at(begin + failing, failing % 2 == 0 ? ErrorCode::kStorage : ErrorCode::kDiskFull);
    for (int i = 0; i < 12; ++i) {
      fixture.append(5000);
      while (!fixture.flush()) EXPECT_TRUE(fixture.log->refusing());
      EXPECT_EQ(fixture.log->durable(), fixture.log->appended());
    }
    EXPECT_FALSE(fixture.log->refusing());
    fixture.expect_recovered(12);
    if (fixture.disk.operations() <= begin + failing) break;
  }
}

TEST(WriteAheadLog, AfterCloseNothingIsTaken) {
  Fixture fixture;
  fixture.append(1);
  ASSERT_TRUE(fixture.flush());
  fixture.loop.await(fixture.log->close());
  EXPECT_EQ(fixture.log->append(fixture.records[0].header, {}).error().code, ErrorCode::kClosed);
  fixture.log.reset();
}

TEST(WriteAheadLog, CloseWaitsForTheWriteUnderWay) {
  Fixture fixture;
  fixture.append(1);
  auto flush = fixture.loop.start(fixture.log->flush());
  fixture.loop.turn();
  fixture.loop.await(fixture.log->close());
  EXPECT_TRUE(flush.done());
  EXPECT_TRUE(*flush);
  fixture.log.reset();
}

// --- on real threads

struct Flushers {
  WriteAheadLog* log = nullptr;
  runtime::Shard* shard = nullptr;
  std::vector<TestRecord> records;
  int running = 0;
};

runtime::Task<void> append_and_flush(Flushers* flushers, std::uint8_t partition, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    TestRecord record =
        test_record(flushers->records.size(), partition, round, static_cast<std::size_t>(round * 37 % 9000));
    Result<WalPosition> position = flushers->log->append(record.header, record.payload);
    WHARF_ASSERT(position.has_value());
    flushers->records.push_back(std::move(record));
    Result<WalPosition> durable = co_await flushers->log->flush();
    WHARF_ASSERT(durable && *position <= *durable);
  }
  if (--flushers->running > 0) co_return;
  co_await flushers->log->close();
  flushers->shard->stop();
}

TEST(WriteAheadLog, ManyTasksShareFlushesOnARealPool) {
  runtime::MemoryFileSystem disk(256u << 20);
  runtime::SystemClock clock;
  testing::QuietLogger logger(clock);
  runtime::ThreadPool pool(3);
  runtime::Shard shard(ShardIndex{0}, clock, pool);
  auto files = *WalFiles::open(disk, "wal", {.file_bytes = 64 * kWalBlockBytes});
  WriteAheadLog log(shard, *files, logger, {.max_files = 64});
  Flushers flushers{&log, &shard, {}, 8};
  runtime::TaskScope tasks(shard);
  for (std::uint8_t partition = 0; partition < 8; ++partition)
    tasks.spawn("flusher", append_and_flush(&flushers, partition, 100));
  shard.run();
  shard.poll();
  Recovery found = recover(disk, "wal");
  ASSERT_EQ(found.records.size(), flushers.records.size());
  for (std::size_t i = 0; i < found.records.size(); ++i)
    EXPECT_TRUE(found.records[i].same_as(flushers.records[i])) << i;
}

TEST(WalFiles, AFileIsZeroedSyncedAndNamedDurablyBeforeItIsHandedOut) {
  sim::FaultyFileSystem disk(1);
  auto files = *WalFiles::open(disk, "wal", {.file_bytes = kFileBytes});
  WalFile file = *files->take();
  EXPECT_EQ(file.blocks, 16u);
  auto after = disk.crash(7);
  EXPECT_EQ(*(*after->open(std::filesystem::path("wal") / file.name, runtime::OpenMode::kRead))->size(), kFileBytes);
}

TEST(WalFiles, WhatAStartFindsIsNotTouchedUntilItIsReleased) {
  sim::FaultyFileSystem disk(1);
  std::string old = (*WalFiles::open(disk, "wal", {.file_bytes = kFileBytes}))->take()->name;
  auto files = *WalFiles::open(disk, "wal", {.file_bytes = kFileBytes});
  EXPECT_EQ(files->recovered(), std::vector<std::string>{old});
  EXPECT_NE(files->take()->name, old);
  files->release_recovered();
  EXPECT_EQ(files->take()->name, old);
}

TEST(WalFiles, NoFileIsMadeAheadWhileThoseThatAStartFoundMayServe) {
  sim::FaultyFileSystem disk(1);
  std::string old = (*WalFiles::open(disk, "wal", {.file_bytes = kFileBytes}))->take()->name;
  auto files = *WalFiles::open(disk, "wal", {.file_bytes = kFileBytes});
  EXPECT_EQ(files->take_ahead().error().code, ErrorCode::kBusy);
  files->release({&old, 1});
  EXPECT_EQ(files->take_ahead()->name, old);
  EXPECT_NE(files->take_ahead()->name, old);
}

TEST(WalFiles, WhereSpaceIsScarceNoneIsMadeAheadAndASmallOneAtNeedThatServesAgainWhileItIs) {
  constexpr std::uint64_t kLarge = 4u << 20, kSmall = 1u << 20;
  sim::FaultyFileSystem disk(1);
  bool scarce = false;
  auto open = [&] {
    return *WalFiles::open(disk, "wal", {.file_bytes = kLarge, .scarce = [&scarce](std::uint64_t) { return scarce; }});
  };
  auto files = open();
  std::ignore = files->take();  // the first is small always
  EXPECT_EQ(files->take()->blocks, kLarge / kWalBlockBytes);
  scarce = true;
  EXPECT_EQ(files->take_ahead().error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(files->take()->blocks, kSmall / kWalBlockBytes);
  EXPECT_EQ(files->take(2 * kSmall)->blocks, 2 * kSmall / kWalBlockBytes);
  EXPECT_EQ(files->take(2 * kLarge)->blocks, kLarge / kWalBlockBytes);
  files = open();
  files->release_recovered();
  EXPECT_EQ(files->total_bytes(), 2 * kLarge + 4 * kSmall);
  files = open();
  scarce = false;
  files->release_recovered();
  EXPECT_EQ(files->total_bytes(), 2 * kLarge);
}

TEST(WalFiles, FilesOfAnotherSizeAndUnfinishedOnesAreRemoved) {
  sim::FaultyFileSystem disk(1);
  std::string old = (*WalFiles::open(disk, "wal", {.file_bytes = kFileBytes}))->take()->name;
  ASSERT_TRUE(disk.open("wal/00000000000000000009.wal.new", runtime::OpenMode::kCreate));
  auto files = *WalFiles::open(disk, "wal", {.file_bytes = 2 * kFileBytes});
  files->release_recovered();
  EXPECT_TRUE(disk.list("wal")->empty());
  EXPECT_EQ(files->total_bytes(), 0u);
}

}  // namespace
}  // namespace wharf::log
