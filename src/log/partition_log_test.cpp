#include "log/partition_log.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "model/byte_order.hpp"

namespace wharf::log {
namespace {

using testing::LogFixture;
using testing::TestBatch;
using testing::headers_in;
using testing::owned;
using testing::owned_batch;
using testing::batch_bytes_of;
using testing::read_now;
using testing::small_segments;

TEST(PartitionLog, OffsetsAreDenseFromZeroAndBatchesAreStoredAsReceivedButForOffsetAndEpoch) {
  LogFixture fixture;
  std::vector<std::byte> sent = batch_bytes_of({.records = 3});
  Result<Appended> first = fixture.append(owned(sent), {LeaderEpoch{7}, Timestamp{1}, true, false});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->first, Offset{0});
  EXPECT_EQ(first->next, Offset{3});
  Result<Appended> second = fixture.append(TestBatch{.records = 2}, {LeaderEpoch{7}, Timestamp{1}, true, false});
  EXPECT_EQ(second->first, Offset{3});
  EXPECT_EQ(fixture.log->log_end_offset(), Offset{5});
  EXPECT_EQ(fixture.log->high_watermark(), Offset{5});

  std::vector<std::byte> read = *read_now(*fixture.log, Offset{0}, 1);
  stamp_leader_epoch(sent, LeaderEpoch{7});
  EXPECT_EQ(read, sent);
}

TEST(PartitionLog, WhatWasAppendedIsReadBackFromMemoryFromFilesAndAfterACleanStop) {
  for (Flush flush : {Flush::kAsync, Flush::kSync}) {
    LogFixture fixture(small_segments(flush));
    for (int i = 0; i < 100; ++i) {
      TestBatch batch{.records = 1 + i % 4, .value_bytes = static_cast<std::size_t>(10 + i * 7 % 200), .number = i * 10};
      ASSERT_TRUE(fixture.append(batch).has_value());
    }
    fixture.log->raise_high_watermark(fixture.log->log_end_offset());
    EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes());
    fixture.reopen();
    EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes());
    EXPECT_EQ(*fixture.read_all(Offset{0}, 1 << 20), fixture.appended_bytes());
    EXPECT_GT(fixture.log->stored().segments()->size(), 5u);
    // ... and goes on where it ended
    Offset end = fixture.log->log_end_offset();
    EXPECT_EQ(fixture.append(TestBatch{})->first, end);
    fixture.log->raise_high_watermark(fixture.log->log_end_offset());
    EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes());
  }
}

TEST(PartitionLog, EveryOffsetFindsTheBatchThatHoldsIt) {
  LogFixture fixture;
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(fixture.append(TestBatch{.records = 1 + i % 5, .number = i}).has_value());
  fixture.reopen();
  for (std::int64_t offset = 0; offset < fixture.log->log_end_offset().value; ++offset) {
    std::vector<std::byte> read = *read_now(*fixture.log, Offset{offset}, 1);
    std::vector<BatchHeader> headers = headers_in(read);
    ASSERT_EQ(headers.size(), 1u);
    EXPECT_LE(headers[0].base_offset, Offset{offset});
    EXPECT_GT(headers[0].next_offset(), Offset{offset});
  }
}

TEST(PartitionLog, ReadsEndAtTheHighWatermark) {
  LogFixture fixture(small_segments(Flush::kSync));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(fixture.append(TestBatch{.records = 2}).has_value());
  EXPECT_EQ(fixture.log->high_watermark(), Offset{0});
  EXPECT_EQ(fixture.log->read(Offset{0}, 1000, fixture.log->high_watermark(), true)->bytes, 0u);
  fixture.log->raise_high_watermark(Offset{6});
  EXPECT_EQ(headers_in(*read_now(*fixture.log, Offset{0}, 1 << 20)).back().next_offset(), Offset{6});
  EXPECT_EQ(fixture.log->read(Offset{6}, 1000, fixture.log->high_watermark(), true)->bytes, 0u);
}

TEST(PartitionLog, OffsetsOutsideOfTheLogAreRefused) {
  LogFixture fixture;
  ASSERT_TRUE(fixture.append(TestBatch{.records = 4}).has_value());
  auto code = [&](std::int64_t offset) { return fixture.log->read(Offset{offset}, 100, Offset{4}, true).error().code; };
  EXPECT_EQ(code(-1), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(code(5), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(fixture.log->read(Offset{4}, 100, Offset{4}, true)->bytes, 0u);
  fixture.log->raise_log_start(Offset{4});
  EXPECT_EQ(code(3), ErrorCode::kOffsetOutOfRange);
}

TEST(PartitionLog, MaxBytesCutsAtABatchButTheFirstComesWhole) {
  LogFixture fixture;
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(fixture.append(TestBatch{.value_bytes = 100}).has_value());
  std::size_t one = fixture.stored[0].size();
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(read_now(*fixture.log, Offset{0}, 1)->size(), one);
    EXPECT_EQ(read_now(*fixture.log, Offset{0}, 3 * one + one / 2)->size(), 3 * one);
    EXPECT_EQ(fixture.log->read(Offset{0}, one - 1, Offset{8}, false)->bytes, 0u);
    fixture.reopen();
  }
}

TEST(PartitionLog, AReadFromAFileSaysHowManyOffsetsItSpansWhereverItEnds) {
  LogConfig config = small_segments();
  config.segment_bytes = 1 << 20;
  LogFixture fixture(config);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(fixture.append(TestBatch{.records = 1 + i % 3, .value_bytes = 40, .number = i * 3}));
  fixture.reopen();
  for (std::size_t max_bytes = 1; max_bytes < 6000; max_bytes += 97) {
    for (Offset from; from < fixture.log->high_watermark();) {
      Result<std::vector<std::byte>> bytes = read_now(*fixture.log, from, max_bytes);
      ASSERT_TRUE(bytes);
      Result<ReadResult> read = fixture.log->read(from, max_bytes, fixture.log->high_watermark(), true);
      ASSERT_TRUE(read);
      ASSERT_TRUE(std::holds_alternative<runtime::FileRange>(read->pieces.front()));
      std::vector<BatchHeader> headers = headers_in(*bytes);
      std::int64_t span = headers.back().next_offset().value - headers.front().base_offset.value;
      EXPECT_EQ(read->file_offsets, static_cast<std::uint64_t>(span)) << from.value << " " << max_bytes;
      from = headers.back().next_offset();
    }
  }
}

TEST(PartitionLog, SegmentsRollBySizeAndAreNamedByTheirFirstOffset) {
  LogFixture fixture;
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(fixture.append(TestBatch{.value_bytes = 100}).has_value());
  auto segments = *fixture.log->stored().segments();
  ASSERT_GT(segments.size(), 3u);
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    EXPECT_LE(segments[i]->size(), 2000u);
    std::string name = segment_file_name(segments[i]->base(), ".log");
    EXPECT_EQ(name.size(), 24u);
    EXPECT_TRUE(*fixture.disk->exists(fixture.log->stored().folder() / name)) << name;
  }
}

TEST(PartitionLog, ACheckpointMakesIndexFilesOnceTheyTellMoreThanAShortWalk) {
  LogConfig config = small_segments();
  config.segment_bytes = 600'000;
  LogFixture fixture(config);
  auto files = [&] { return fixture.disk->list(std::filesystem::path("logs") / fixture.id.folder())->size(); };
  auto checkpoint = [&] { ASSERT_TRUE(fixture.log->stored().write_indexes(false).has_value()); };
  int number = 0;
  auto append = [&](int batches) {
    for (int i = 0; i < batches; ++i, ++number) ASSERT_TRUE(fixture.append({.value_bytes = 300, .number = number}).has_value());
  };
  append(10);
  checkpoint();
  EXPECT_EQ(files(), 1u);
  ASSERT_TRUE(fixture.recover(fixture.log->state()).has_value());  // killed: the entries are gone
  append(5);
  for (std::int64_t offset = 0; offset < number; ++offset) EXPECT_TRUE(read_now(*fixture.log, Offset{offset}, 1).has_value()) << offset;
  append(30);
  checkpoint();
  EXPECT_EQ(files(), 3u);
  for (std::int64_t offset = 0; offset < number; ++offset) EXPECT_TRUE(read_now(*fixture.log, Offset{offset}, 1).has_value()) << offset;
}

TEST(PartitionLog, SegmentsRollWhenTheirFirstRecordIsOldByRecordTime) {
  LogConfig config = small_segments();
  config.segment_bytes = 1 << 20;
  config.segment_ms = 1000;
  LogFixture fixture(config);
  for (std::int64_t time : {0, 500, 1000, 1001, 1500}) {
    ASSERT_TRUE(fixture.append(TestBatch{.first_timestamp_ms = 1'767'225'600'000 + time}).has_value());
  }
  auto segments = *fixture.log->stored().segments();
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[1]->base(), Offset{3});
}

TEST(PartitionLog, LogAppendTimeStampsTheBrokersTimeAndAnswersIt) {
  LogConfig config = small_segments();
  config.timestamp_type = TimestampType::kLogAppendTime;
  LogFixture fixture(config);
  Result<Appended> appended = fixture.append(TestBatch{.records = 2}, {LeaderEpoch{0}, Timestamp{4711}});
  ASSERT_TRUE(appended.has_value());
  EXPECT_EQ(appended->log_append_time, Timestamp{4711});
  BatchHeader header = headers_in(*read_now(*fixture.log, Offset{0}, 1))[0];
  EXPECT_EQ(header.timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(header.max_timestamp, Timestamp{4711});
}

struct Refusal {
  const char* what;
  ErrorCode code;
  std::function<std::vector<std::byte>()> bytes;
};

TEST(PartitionLog, BadBatchesAreRefusedAndLeaveTheLogAsItWas) {
  LogConfig config = small_segments();
  config.max_message_bytes = 500;
  config.timestamp_after_max_ms = 1000;
  config.timestamp_before_max_ms = 1000;
  LogFixture fixture(config);
  auto changed = [](std::size_t at, std::uint8_t with) {
    std::vector<std::byte> bytes = batch_bytes_of({.records = 2});
    bytes[at] ^= std::byte{with};
    return bytes;
  };
  const Refusal refusals[] = {
      {"nothing", ErrorCode::kInvalidRecord, [] { return std::vector<std::byte>{}; }},
      {"a checksum", ErrorCode::kCorruptMessage, [&] { return changed(batch_field::kChecksum, 1); }},
      {"a flipped payload", ErrorCode::kCorruptMessage, [&] { return changed(70, 4); }},
      {"magic 1", ErrorCode::kUnsupportedVersion, [&] { return changed(batch_field::kMagic, 3); }},
      {"a cut batch", ErrorCode::kCorruptMessage, [] { auto bytes = batch_bytes_of({}); bytes.pop_back(); return bytes; }},
      {"too large", ErrorCode::kTooLarge, [] { return batch_bytes_of({.value_bytes = 600}); }},
      {"too new", ErrorCode::kInvalidTimestamp, [] { return batch_bytes_of({.first_timestamp_ms = 1'767'225'601'001}); }},
      {"too old", ErrorCode::kInvalidTimestamp, [] { return batch_bytes_of({.first_timestamp_ms = 1'767'225'598'999}); }},
      {"the largest timestamp", ErrorCode::kInvalidTimestamp, [] { return batch_bytes_of({.first_timestamp_ms = kForever - 1}); }},
  };
  for (const Refusal& refusal : refusals) {
    Result<Appended> appended = fixture.append(owned(refusal.bytes()));
    ASSERT_FALSE(appended.has_value()) << refusal.what;
    EXPECT_EQ(appended.error().code, refusal.code) << refusal.what << ": " << appended.error().message;
    EXPECT_EQ(fixture.log->log_end_offset(), Offset{0});
  }
  EXPECT_TRUE(fixture.append(TestBatch{}).has_value());
}

TEST(PartitionLog, ControlBatchesAreTheBrokersOwn) {
  LogFixture fixture;
  std::vector<std::byte> marker = batch_bytes_of({.producer_id = ProducerId{5}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 0});
  BatchHeader header = *read_batch_header(marker);
  header.is_control = true;
  header.is_transactional = true;
  header.base_sequence = kNoSequence;
  write_batch_header(marker, header);
  EXPECT_EQ(fixture.append(owned(marker)).error().code, ErrorCode::kInvalidRecord);
  EXPECT_TRUE(fixture.append(owned(marker), {LeaderEpoch{0}, Timestamp{1}, false, true}).has_value());
}

TEST(PartitionLog, ABatchSentAgainIsAnsweredWithItsFirstOffset) {
  LogFixture fixture;
  auto send = [&](std::int32_t sequence, int records = 2) {
    return fixture.append(TestBatch{.records = records, .producer_id = ProducerId{9}, .producer_epoch = ProducerEpoch{1}, .base_sequence = sequence});
  };
  ASSERT_TRUE(send(0).has_value());
  ASSERT_TRUE(send(2).has_value());
  Result<Appended> again = send(0);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->first, Offset{0});
  EXPECT_EQ(again->next, Offset{2});
  EXPECT_EQ(fixture.log->log_end_offset(), Offset{4});
  EXPECT_EQ(send(5).error().code, ErrorCode::kOutOfOrderSequence);
  fixture.reopen();
  EXPECT_TRUE(send(2)->duplicate);
  EXPECT_EQ(send(7).error().code, ErrorCode::kOutOfOrderSequence);
  EXPECT_EQ(send(4)->first, Offset{4});
}

TEST(PartitionLog, AnOlderLeaderEpochIsFenced) {
  LogFixture fixture;
  ASSERT_TRUE(fixture.append(TestBatch{}, {LeaderEpoch{3}, Timestamp{1'767'225'600'000}}).has_value());
  EXPECT_EQ(fixture.append(TestBatch{}, {LeaderEpoch{2}, Timestamp{1'767'225'600'000}}).error().code, ErrorCode::kFencedEpoch);
  ASSERT_TRUE(fixture.append(TestBatch{}, {LeaderEpoch{5}, Timestamp{1'767'225'600'000}}).has_value());
  EXPECT_EQ(fixture.log->end_of_epoch(LeaderEpoch{3}, LeaderEpoch{5}), (EpochEnd{LeaderEpoch{3}, Offset{1}}));
  EXPECT_EQ(fixture.log->end_of_epoch(LeaderEpoch{5}, LeaderEpoch{5}), (EpochEnd{LeaderEpoch{5}, Offset{2}}));
}

TEST(PartitionLog, AFullDiskRefusesAppendsServesReadsAndHealsByItself) {
  LogFixture fixture;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(fixture.append(TestBatch{.value_bytes = 300}).has_value());
  fixture.disk->set_capacity(0);
  Result<Appended> refused = fixture.append(TestBatch{.value_bytes = 5000});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(fixture.log->refusing()->code, ErrorCode::kDiskFull);
  EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes());
  fixture.disk->set_capacity(sim::FaultyFileSystem::kAmple);
  ASSERT_TRUE(fixture.append(TestBatch{.value_bytes = 300}).has_value());
  EXPECT_FALSE(fixture.log->refusing().has_value());
  fixture.reopen();
  EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes());
}

TEST(PartitionLog, AnErrorInAnyCallOfAnAppendLeavesAllEarlierRecordsAndNothingOfIt) {
  for (std::uint64_t operation = 0;; ++operation) {
    LogFixture fixture;
    fixture.disk->fail_at(operation);
    int acknowledged = 0;
    for (int i = 0; i < 30; ++i) {
      if (fixture.append(TestBatch{.value_bytes = 150, .number = i}).has_value()) ++acknowledged;
    }
    if (fixture.disk->injected() == 0) break;
    EXPECT_GE(acknowledged, 29) << operation;
    EXPECT_EQ(fixture.log->log_end_offset(), Offset{acknowledged});
    EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes()) << operation;
    fixture.reopen();
    EXPECT_EQ(*fixture.read_all(Offset{0}), fixture.appended_bytes()) << operation;
  }
}

}  // namespace
}  // namespace wharf::log
