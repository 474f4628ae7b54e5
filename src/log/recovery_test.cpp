#include "log/recovery.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "log/segment_files.hpp"

namespace wharf::log {
namespace {

using testing::LogFixture;
using testing::TestBatch;
using testing::read_now;
using testing::small_segments;

LogConfig one_segment() {
  LogConfig config = small_segments();
  config.segment_bytes = 1 << 20;
  return config;
}

std::unique_ptr<LogFixture> with_batches(int count, LogConfig config = small_segments()) {
  auto fixture = std::make_unique<LogFixture>(config);
  for (int i = 0; i < count; ++i) WHARF_ASSERT(fixture->append(TestBatch{.records = 2, .value_bytes = 40, .number = i * 2}).has_value());
  fixture->reopen();
  return fixture;
}

std::filesystem::path file_of(LogFixture& fixture, std::int64_t base, std::string_view suffix = kLogSuffix) {
  return fixture.log->stored().folder() / segment_file_name(Offset{base}, suffix);
}

TEST(Recovery, ATornTailIsCutAndAppendsGoOnThere) {
  for (std::size_t kept : {1u, 30u, 60u, 61u, 100u}) {
    auto fixture = with_batches(6, one_segment());
    std::size_t whole = fixture->appended_bytes().size() - fixture->stored.back().size();
    ASSERT_TRUE(fixture->disk->truncate_file(file_of(*fixture, 0), whole + kept));
    Result<RecoveredPartition> recovered = fixture->recover(std::nullopt);
    ASSERT_TRUE(recovered.has_value());
    EXPECT_EQ(recovered->cut_bytes, kept);
    EXPECT_TRUE(recovered->damage.empty());
    EXPECT_EQ(fixture->log->log_end_offset(), Offset{10});
    fixture->stored.pop_back();
    EXPECT_EQ(fixture->append(TestBatch{.number = 77})->first, Offset{10});
    EXPECT_EQ(*fixture->read_all(Offset{0}), fixture->appended_bytes());
    ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
    EXPECT_EQ(*fixture->read_all(Offset{0}), fixture->appended_bytes());
  }
}

/// Any single flipped bit of a batch costs that batch alone.
TEST(Recovery, AFlippedBitInTheMiddleCostsExactlyItsBatchAndNamesIt) {
  std::size_t size = with_batches(1)->stored[0].size();
  for (std::size_t byte = 0; byte < size; ++byte) {
    for (bool scanned : {false, true}) {
      auto fixture = with_batches(5, one_segment());
      ASSERT_TRUE(fixture->disk->flip_bit(file_of(*fixture, 0), (2 * size + byte) * 8 + byte % 8));
      if (scanned) ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
      EXPECT_EQ(fixture->log->log_end_offset(), Offset{10});
      LogFixture::Survey survey = fixture->survey();
      bool epoch = byte >= batch_field::kLeaderEpoch && byte < batch_field::kMagic;
      if (scanned && epoch) continue;  // nothing else tells which epoch is right
      EXPECT_EQ(survey.wrong, "") << byte << scanned;
      EXPECT_EQ(survey.readable, (std::set<std::int64_t>{0, 2, 6, 8})) << byte << scanned;
      EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{Offset{4}, Offset{6}}})) << byte << scanned;
    }
  }
}

/// Behind the last batch nothing shows that its epoch is too high: who leads the partition knows.
TEST(Recovery, AnEpochThatNeverWasCostsItsBatchAndRefusesNoAppend) {
  constexpr std::size_t kHighBit = batch_field::kLeaderEpoch * 8 + 6;
  auto fixture = with_batches(5, one_segment());
  LeaderEpoch led_in = fixture->log->latest_epoch();
  ASSERT_TRUE(fixture->disk->flip_bit(file_of(*fixture, 0), 4 * fixture->stored[0].size() * 8 + kHighBit));
  ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
  ASSERT_GT(fixture->log->latest_epoch(), led_in);
  fixture->log->begin_leading(led_in);
  EXPECT_EQ(fixture->append(TestBatch{.number = 77})->first, Offset{10});
  LogFixture::Survey survey = fixture->survey();
  EXPECT_EQ(survey.wrong, "");
  EXPECT_EQ(survey.readable, (std::set<std::int64_t>{0, 2, 4, 6, 10}));
  EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{Offset{8}, Offset{10}}}));
}

TEST(Recovery, AZeroedBlockCostsTheBatchesInItAndNothingBehindIt) {
  for (bool scanned : {false, true}) {
    auto fixture = with_batches(12, one_segment());
    std::size_t size = fixture->stored[0].size();
    ASSERT_TRUE(fixture->disk->zero_block(file_of(*fixture, 0), 3 * size + 10, 2 * size));
    if (scanned) ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
    LogFixture::Survey survey = fixture->survey();
    EXPECT_EQ(survey.wrong, "");
    EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{Offset{6}, Offset{12}}}));
    EXPECT_EQ(survey.readable.size(), 9u);
  }
}

TEST(Recovery, DamageBelowTheCheckpointIsNoTornTailEvenAtTheEnd) {
  auto fixture = with_batches(5, one_segment());
  PartitionState state = fixture->log->state();
  std::size_t size = fixture->stored[0].size();
  ASSERT_TRUE(fixture->disk->flip_bit(file_of(*fixture, 0), (4 * size + 80) * 8));
  Result<RecoveredPartition> recovered = fixture->recover(state);
  EXPECT_EQ(recovered->cut_bytes, 0u);
  EXPECT_EQ(fixture->log->log_end_offset(), Offset{10});
  EXPECT_EQ(fixture->survey().damaged, (std::vector<DamagedRange>{{Offset{8}, Offset{10}}}));
}

TEST(Recovery, AFileShorterThanTheCheckpointSaysLosesWhatIsMissingAndNoOffsetIsUsedAgain) {
  auto fixture = with_batches(6, one_segment());
  PartitionState state = fixture->log->state();
  std::size_t size = fixture->stored[0].size();
  ASSERT_TRUE(fixture->disk->truncate_file(file_of(*fixture, 0), 3 * size + 20));
  ASSERT_TRUE(fixture->recover(state).has_value());
  EXPECT_EQ(fixture->append(TestBatch{.number = 99})->first, Offset{12});
  LogFixture::Survey survey = fixture->survey();
  EXPECT_EQ(survey.wrong, "");
  EXPECT_EQ(survey.readable, (std::set<std::int64_t>{0, 2, 4, 12}));
  EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{Offset{6}, Offset{12}}}));
}

TEST(Recovery, ALostSegmentIsAHoleAndEverythingAroundItIsServed) {
  for (bool vouched : {false, true}) {
    auto fixture = with_batches(60);
    auto segments = *fixture->log->stored().segments();
    ASSERT_GE(segments.size(), 4u);
    Offset first = segments[1]->base(), next = segments[2]->base();
    PartitionState state = fixture->log->state();
    ASSERT_TRUE(fixture->disk->lose_file(file_of(*fixture, first.value)));
    ASSERT_TRUE(fixture->recover(vouched ? std::optional(state) : std::nullopt).has_value());
    EXPECT_EQ(fixture->log->log_end_offset(), Offset{120});
    LogFixture::Survey survey = fixture->survey();
    EXPECT_EQ(survey.wrong, "");
    EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{first, next}}));
    EXPECT_EQ(static_cast<std::int64_t>(survey.readable.size()) * 2, 120 - (next.value - first.value));
  }
}

/// Found by fuzzing: the second run took the segment that the first had emptied for nothing, and gave its offsets again.
TEST(Recovery, TheLogEndsWhereItsLastSegmentBeginsHoweverLittleIsLeftOfThat) {
  for (std::size_t left_of_the_last : {2u, 0u}) {
    auto fixture = with_batches(3, one_segment());
    auto write = [&](std::int64_t base, std::uint64_t at, std::size_t bytes) {
      auto file = *fixture->disk->open(file_of(*fixture, base), runtime::OpenMode::kCreate);
      ASSERT_TRUE(file->write_at(at, std::vector<std::byte>(bytes, std::byte{0x0a})).has_value());
    };
    write(0, fixture->appended_bytes().size(), 2);
    write(50, 0, left_of_the_last);
    for (int run = 0; run < 3; ++run) {
      ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
      EXPECT_EQ(fixture->log->log_end_offset(), Offset{50}) << left_of_the_last << " " << run;
      EXPECT_EQ(fixture->survey().damaged, (std::vector<DamagedRange>{{Offset{6}, Offset{50}}})) << left_of_the_last << " " << run;
    }
    EXPECT_EQ(fixture->append(TestBatch{.number = 99})->first, Offset{50});
  }
}

/// Its index leads to where nothing is any more.
TEST(Recovery, ASegmentThatWasCutIsDamageToItsEndFromEachOfItsOffsets) {
  auto fixture = std::make_unique<LogFixture>([] {
    LogConfig config = small_segments();
    config.segment_bytes = 600'000;
    config.index_interval_bytes = 200;
    return config;
  }());
  for (int i = 0; i < 9000; ++i) ASSERT_TRUE(fixture->append(TestBatch{.value_bytes = 120, .number = i}).has_value());
  fixture->reopen();
  auto segments = *fixture->log->stored().segments();
  ASSERT_GE(segments.size(), 3u);
  std::int64_t first = segments[1]->base().value, next = segments[2]->base().value;
  PartitionState state = fixture->log->state();
  std::size_t size = fixture->stored[static_cast<std::size_t>(first)].size();
  ASSERT_TRUE(fixture->disk->truncate_file(file_of(*fixture, first), 10 * size + 5));
  fixture->log = std::make_unique<PartitionLog>(fixture->context, state, fixture->config);
  for (std::int64_t offset : {next - 1, first + 10, first + 500, next - 300}) {
    Result<std::vector<std::byte>> bytes = read_now(*fixture->log, Offset{offset}, 1);
    ASSERT_FALSE(bytes.has_value()) << offset;
    EXPECT_EQ(bytes.error().code, ErrorCode::kDamaged) << offset << ": " << bytes.error().message;
  }
  EXPECT_TRUE(read_now(*fixture->log, Offset{first + 9}, 1).has_value());
  EXPECT_TRUE(read_now(*fixture->log, Offset{next}, 1).has_value());
  EXPECT_EQ(fixture->log->damage(), (std::vector<DamagedRange>{{Offset{first + 10}, Offset{next}}}));
}

/// Each holds sound batches of offsets that belong elsewhere.
TEST(Recovery, TwoSegmentsFilesThatWereSwappedAreDamageToTheirEndsAndNoMore) {
  for (bool vouched : {false, true}) {
    auto fixture = with_batches(60);
    auto segments = *fixture->log->stored().segments();
    ASSERT_GE(segments.size(), 5u);
    PartitionState state = fixture->log->state();
    ASSERT_TRUE(fixture->disk->swap_files(file_of(*fixture, segments[1]->base().value), file_of(*fixture, segments[2]->base().value)));
    Offset first = segments[1]->base(), second = segments[2]->base(), next = segments[3]->base();
    ASSERT_TRUE(fixture->recover(vouched ? std::optional(state) : std::nullopt).has_value());
    EXPECT_EQ(fixture->log->log_end_offset(), Offset{120});
    LogFixture::Survey survey = fixture->survey();
    EXPECT_EQ(survey.wrong, "");
    EXPECT_EQ(survey.damaged, (std::vector<DamagedRange>{{first, second}, {second, next}}));
    EXPECT_EQ(static_cast<std::int64_t>(survey.readable.size()) * 2, 120 - (next.value - first.value));
  }
}

TEST(Recovery, MissingCutSwappedAndGarbledIndexesAreMadeAnew) {
  LogConfig config = small_segments();
  config.segment_bytes = 600'000;
  config.index_interval_bytes = 200;
  for (int damage = 0; damage < 5; ++damage) {
    LogFixture fixture(config);
    for (int i = 0; i < 6000; ++i) ASSERT_TRUE(fixture.append(TestBatch{.value_bytes = 120, .first_timestamp_ms = 1'767'225'600'000 + i, .number = i}).has_value());
    fixture.reopen();
    auto segments = *fixture.log->stored().segments();
    ASSERT_GE(segments.size(), 2u);
    std::int64_t second = segments[1]->base().value;
    PartitionState state = fixture.log->state();
    fixture.log = std::make_unique<PartitionLog>(fixture.context, state, fixture.config);
    for (std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix}) {
      auto path = file_of(fixture, 0, suffix);
      if (damage == 0) ASSERT_TRUE(fixture.disk->lose_file(path));
      if (damage == 1) ASSERT_TRUE(fixture.disk->truncate_file(path, 13));
      if (damage == 2) ASSERT_TRUE(fixture.disk->swap_files(path, file_of(fixture, second, suffix)));
      if (damage == 3) ASSERT_TRUE(fixture.disk->zero_block(path, 0, 3000));
      if (damage == 4) ASSERT_TRUE(fixture.disk->flip_bit(path, 8 * 1001 + 2));
    }
    for (std::int64_t offset : {5, 1000, 2000, 3000, 3900, 5000, 5999}) {
      Result<std::vector<std::byte>> bytes = read_now(*fixture.log, Offset{offset}, 1);
      ASSERT_TRUE(bytes.has_value()) << damage << " " << offset << ": " << bytes.error().message;
      EXPECT_EQ(*bytes, fixture.stored[static_cast<std::size_t>(offset)]) << damage;
    }
    EXPECT_TRUE(fixture.log->damage().empty()) << damage;
    EXPECT_EQ(*fixture.read_all(Offset{0}, 50'000), fixture.appended_bytes());
  }
}

TEST(Recovery, RunningItAgainAndAgainChangesNothing) {
  auto fixture = with_batches(40);
  auto segments = *fixture->log->stored().segments();
  std::int64_t last = segments.back()->base().value;
  std::size_t size = segments.back()->size();
  ASSERT_TRUE(fixture->disk->truncate_file(file_of(*fixture, last), size - 5));
  ASSERT_TRUE(fixture->disk->flip_bit(file_of(*fixture, 0), 8 * 80));
  ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
  LogFixture::Survey first = fixture->survey();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(fixture->recover(std::nullopt).has_value());
    LogFixture::Survey again = fixture->survey();
    EXPECT_EQ(again.readable, first.readable);
    EXPECT_EQ(again.damaged, first.damaged);
  }
}

TEST(Recovery, TheWriteAheadLogIsBelievedOverASegmentThatDisagrees) {
  auto fixture = with_batches(6, one_segment());
  std::vector<WalBatch> wal;
  for (std::size_t i = 0; i < 6; ++i) {
    BatchHeader header = *read_batch_header(fixture->stored[i]);
    wal.push_back({header.base_offset, header.checksum, header.size_bytes, header.next_offset()});
  }
  // The same batches: nothing is cut.
  ASSERT_TRUE(fixture->recover(std::nullopt, wal).has_value());
  EXPECT_EQ(fixture->log->log_end_offset(), Offset{12});
  // Another one at offset 6: the segment is cut there.
  wal[3].checksum ^= 1;
  ASSERT_TRUE(fixture->recover(std::nullopt, wal).has_value());
  EXPECT_EQ(fixture->log->log_end_offset(), Offset{6});
}

TEST(Recovery, WhatTheDiskDoesNotGiveComesFromTheWriteAheadLogWhereThatHasIt) {
  auto fixture = with_batches(6, one_segment());
  std::vector<WalBatch> wal;
  for (const std::vector<std::byte>& bytes : fixture->stored) {
    BatchHeader header = *read_batch_header(bytes);
    wal.push_back({header.base_offset, header.checksum, header.size_bytes, header.next_offset()});
  }
  fixture->disk->set_errors({.path_part = ".log", .read_one_in = 1});
  Result<RecoveredPartition> without = fixture->recover(std::nullopt);
  ASSERT_FALSE(without.has_value());
  EXPECT_EQ(without.error().code, ErrorCode::kStorage);
  ASSERT_TRUE(fixture->recover(std::nullopt, wal).has_value());
  EXPECT_EQ(fixture->log->log_end_offset(), Offset{0}) << "all of it is replayed";
}

TEST(Recovery, WhatCompactionOrDeletionLeftUnfinishedIsTidied) {
  auto fixture = with_batches(40);
  auto segments = *fixture->log->stored().segments();
  std::filesystem::path folder = fixture->log->stored().folder();
  Offset second = segments[1]->base(), third = segments[2]->base();
  PartitionState state = fixture->log->state();
  runtime::FileSystem& files = *fixture->disk;
  // Output that took the place of the second segment, finished but not yet renamed.
  std::vector<std::byte> copy = *runtime::read_whole(files, file_of(*fixture, second.value), 1 << 20);
  for (std::string_view suffix : {".log.swap", ".index.cleaned", ".timeindex.deleted"}) {
    auto file = *files.open(folder / segment_file_name(second, suffix), runtime::OpenMode::kCreate);
    ASSERT_TRUE(file->write_at(0, ByteView(copy)).has_value());
  }
  ASSERT_TRUE(fixture->recover(state).has_value());
  for (const runtime::FolderEntry& entry : *files.list(folder)) {
    EXPECT_TRUE(entry.name.ends_with(".log") || entry.name.ends_with("index")) << entry.name;
  }
  EXPECT_EQ(*fixture->read_all(Offset{0}), fixture->appended_bytes());
  EXPECT_TRUE(*files.exists(file_of(*fixture, third.value)));
}

}  // namespace
}  // namespace wharf::log
