// A power loss at every change of the disk, and a second and third one after the restart (LavinMQ's #384: what was
// appended after the first restart was lost at the second).
#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "model/record_batch.hpp"
#include "sim/faulty_file_system.hpp"
#include "sim/random.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::Recovery;
using testing::StepLoop;
using testing::test_record;
using testing::TestRecord;
using testing::try_recover;

using Logs = std::map<std::uint8_t, std::vector<TestRecord>>;
constexpr std::uint8_t kPartitions = 3;

/// The owner of a log through several lives of its process. What it "stores" stands for segments and checkpoints that
/// are durable.
class Owner {
 public:
  explicit Owner(bool direct) : direct_(direct) {}

  /// Recovers, checks, works until the disk dies or `steps` are done.
  void live(sim::FaultyFileSystem& disk, std::uint64_t seed, std::uint32_t shard, int steps,
            const sim::DiskErrors& errors = {}) {
    sim::SeededRandom random(seed, "owner");
    Result<Recovery> found = try_recover(disk, "wal", floors_);
    if (disk.down()) return;  // in the middle of recovery: what it gave is not used
    ASSERT_TRUE(found);
    take(*found);
    if (::testing::Test::HasFatalFailure()) return;
    Result<std::unique_ptr<WalFiles>> files =
        WalFiles::open(disk, "wal", {.file_bytes = 8 * kWalBlockBytes, .direct = direct_});
    if (!files) return;
    WalSequence first = (*files)->start_after(found->report.last_sequence);
    if (random.coin()) {
      stored_ = memory_;
      floors_ = {.all = first};
      (*files)->release_recovered();
    }
    disk.set_errors(errors);
    StepLoop loop(shard);
    WriteAheadLog log(loop.shard, **files, loop.logger, {.max_files = 4, .max_write_bytes = 3 * kWalBlockBytes});
    for (int step = 0; step < steps && !disk.down(); ++step) work(loop, log, random);
    loop.await(log.close());
  }

  std::size_t acknowledged() const {
    std::size_t count = 0;
    for (const auto& [partition, number] : acknowledged_) count += number;
    return count;
  }

 private:
  void take(const Recovery& found) {
    ASSERT_FALSE(found.report.has_damage())
        << found.report.damage[0].file << " block " << found.report.damage[0].first_block;
    memory_ = stored_;
    for (const TestRecord& record : found.records) {
      auto partition = static_cast<std::uint8_t>(record.header.partition.index.value);
      std::vector<TestRecord>& log = memory_[partition];
      auto end = static_cast<std::int64_t>(log.size());
      if (record.header.base_offset.value < end) continue;
      if (record.header.base_offset.value > end) {
        ASSERT_EQ(record.gap, WalGap::kTorn);
        continue;
      }
      log.push_back(record);
    }
    for (std::uint8_t partition = 0; partition < kPartitions; ++partition) {
      const std::vector<TestRecord>& log = memory_[partition];
      ASSERT_GE(log.size(), acknowledged_[partition])
          << "acknowledged records are gone from partition " << int{partition};
      ASSERT_LE(log.size(), appended_[partition].size());
      for (std::size_t i = 0; i < log.size(); ++i)
        ASSERT_TRUE(log[i].same_as(appended_[partition][i])) << "offset " << i;
    }
    appended_ = memory_;
  }

  void work(StepLoop& loop, WriteAheadLog& log, sim::SeededRandom& random) {
    std::size_t records = random.between(1, 4);
    for (std::size_t i = 0; i < records; ++i) append(log, random);
    if (random.one_in(3)) append_shared(log, random);
    Logs in_flush = appended_;
    auto flush = loop.start(log.flush());
    while (!flush.done()) {  // appends come while the write is under way
      loop.turn();
      if (random.one_in(3)) append(log, random);
      if (random.one_in(8)) append_shared(log, random);
      loop.pool.run_one();
    }
    if (*flush) {
      for (auto& [partition, log_records] : in_flush) acknowledged_[partition] = log_records.size();
    }
    if (*flush && (random.one_in(5) || log.wants_checkpoint())) checkpoint(log);
  }

  void append(WriteAheadLog& log, sim::SeededRandom& random) {
    auto partition = static_cast<std::uint8_t>(random.below(kPartitions));
    std::size_t bytes = random.one_in(6) ? random.below(9 * kWalBlockBytes) : random.below(2000);
    std::vector<TestRecord>& records = appended_[partition];
    TestRecord record = test_record(random.next(), partition, static_cast<std::int64_t>(records.size()), bytes);
    Result<WalPosition> position = log.append(record.header, record.payload);
    if (position) records.push_back(std::move(record));
  }

  /// One batch for some partitions, others' records between them, and now and then once more at the end.
  void append_shared(WriteAheadLog& log, sim::SeededRandom& random) {
    std::size_t bytes = kBatchHeaderBytes + random.below(random.one_in(4) ? 9 * kWalBlockBytes : 3000);
    std::vector<std::byte> batch = test_record(random.next(), 0, 0, bytes).payload;
    OwnedBatches shared = share(batch);
    for (std::size_t i = 0; i <= kPartitions; ++i) {
      auto partition = static_cast<std::uint8_t>(i % kPartitions);
      if (random.one_in(4)) append(log, random);
      if (random.one_in(5)) continue;
      std::vector<TestRecord>& records = appended_[partition];
      TestRecord record = test_record(0, partition, static_cast<std::int64_t>(records.size()), 0);
      record.payload = batch;
      OwnedBatches mine = shared;
      mine.separate_header();
      if (log.append_batches(record.header, mine)) records.push_back(std::move(record));
    }
  }

  void checkpoint(WriteAheadLog& log) {
    stored_ = appended_;  // at least what is durable in the log
    floors_.shards[ShardIndex{0}] = floors_.shards[ShardIndex{1}] = log.floor_at(log.durable());
    log.recycle(log.durable());
  }

  bool direct_;
  Logs stored_;    // durable elsewhere
  Logs memory_;    // what the last recovery gave
  Logs appended_;  // the newest record at each offset
  std::map<std::uint8_t, std::size_t> acknowledged_;
  WalFloors floors_;
};

void crash_everywhere(bool direct) {
  for (std::uint64_t change = 0;; ++change) {
    bool ended = false;
    for (std::uint64_t draw = 0; draw < 4; ++draw) {
      SCOPED_TRACE(::testing::Message() << "change " << change << " draw " << draw << " direct " << direct);
      Owner owner(direct);
      sim::FaultyFileSystem first(7);
      first.crash_at(change);
      owner.live(first, 11, 0, 12);
      ended = !first.down();
      sim::SeededRandom random(change * 4 + draw, "crash");
      auto second = first.crash(draw);
      second->crash_at(random.below(60));
      owner.live(*second, random.next(), 1, 10);
      if (::testing::Test::HasFatalFailure()) return;
      auto third = second->crash(draw);
      third->crash_at(random.below(60));
      owner.live(*third, random.next(), 0, 10);
      if (::testing::Test::HasFatalFailure()) return;
      auto fourth = third->crash(draw);
      owner.live(*fourth, random.next(), 1, 3);
      if (::testing::Test::HasFatalFailure()) return;
      EXPECT_GT(owner.acknowledged(), 0u);
    }
    if (ended) break;
  }
}

TEST(WalCrash, NothingAcknowledgedIsLostByPowerLossesAtAnyChangeWithDirectWrites) {
  crash_everywhere(true);
}

TEST(WalCrash, NothingAcknowledgedIsLostByPowerLossesAtAnyChangeWithBufferedWrites) {
  crash_everywhere(false);
}

TEST(WalCrash, RandomErrorsAndPowerLossesThroughManyLives) {
  for (std::uint64_t seed : sim::seeds(150)) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    sim::SeededRandom random(seed, "lives");
    Owner owner(random.coin());
    auto disk = std::make_unique<sim::FaultyFileSystem>(seed);
    for (std::uint32_t life = 0; life < 6; ++life) {
      disk->crash_at(random.below(120));
      owner.live(*disk, random.next(), life % 2, 20);
      if (::testing::Test::HasFatalFailure()) return;
      disk = disk->crash(random.next());
    }
  }
}

TEST(WalCrash, AFailingDiskLosesNothingEither) {
  for (std::uint64_t seed : sim::seeds(100)) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    sim::SeededRandom random(seed, "errors");
    Owner owner(random.coin());
    auto disk = std::make_unique<sim::FaultyFileSystem>(seed);
    for (std::uint32_t life = 0; life < 4; ++life) {
      disk->crash_at(random.below(150));
      owner.live(*disk, random.next(), life % 2, 20, {.write_one_in = 8, .sync_one_in = 8, .metadata_one_in = 12});
      if (::testing::Test::HasFatalFailure()) return;
      disk = disk->crash(random.next());
    }
  }
}

}  // namespace
}  // namespace wharf::log
