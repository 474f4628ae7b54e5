#include "broker/node/transaction_record.hpp"

#include <gtest/gtest.h>

#include "model/record_batch_builder.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf::broker {
namespace {

TopicId id_of(std::uint8_t last) {
  TopicId id;
  id.bytes.back() = last;
  return id;
}

/// What is read of a batch.
std::vector<TransactionRecord> read(const std::vector<std::byte>& bytes, std::vector<Offset>& offsets) {
  std::vector<TransactionRecord> decoded;
  Result<BatchView> batch = read_batch(bytes);
  EXPECT_TRUE(batch);
  RecordReader reader(batch->header, batch->records());
  Record record;
  while (*reader.next(record)) {
    Result<TransactionRecord> one = decode_transaction_record(record);
    EXPECT_TRUE(one) << one.error().message;
    if (one) decoded.push_back(std::move(*one));
    offsets.push_back(record.offset);
  }
  return decoded;
}

TEST(TransactionRecord, OfEachKindReadsAsItWasWritten) {
  std::vector<std::byte> batch{std::byte{7}, std::byte{8}};
  queue::ScheduleEnvelope envelope{
      .due = Timestamp{5}, .name_space = "/", .exchange = "e", .extra_keys = {"k"}, .key = "key"};
  std::vector<TransactionRecord> records{
      SentToQueue{id_of(1), 9, 300, 70'000, true, batch}, SentToLog{{id_of(2), PartitionIndex(40)}, batch},
      SentToDelays{envelope, batch}, SettledMessages{id_of(3), {{4, Offset(1'000)}, Offset(1'002)}},
      SettledMessages{id_of(3), {{0, Offset(0)}, Offset(0), queue::Verdict::kReject}}};
  Result<std::vector<std::byte>> encoded = encode_transaction(records, Timestamp{1});
  ASSERT_TRUE(encoded);
  std::vector<Offset> offsets;
  std::vector<TransactionRecord> found = read(*encoded, offsets);
  ASSERT_EQ(found.size(), 6u);
  EXPECT_TRUE(std::holds_alternative<TransactionBegins>(found[0]));
  const auto& queued = std::get<SentToQueue>(found[1]);
  EXPECT_EQ(queued.queue, id_of(1));
  EXPECT_EQ(queued.level, 9);
  EXPECT_EQ(queued.messages, 300u);
  EXPECT_EQ(queued.body_bytes, 70'000u);
  EXPECT_TRUE(queued.expiring);
  EXPECT_TRUE(std::ranges::equal(queued.batch, batch));
  EXPECT_EQ(std::get<SentToLog>(found[2]).partition, (PartitionId{id_of(2), PartitionIndex(40)}));
  EXPECT_EQ(std::get<SentToDelays>(found[3]).envelope, envelope);
  const auto& settled = std::get<SettledMessages>(found[4]);
  EXPECT_EQ(settled.queue, id_of(3));
  EXPECT_EQ(settled.messages.first, (queue::MessageId{4, Offset(1'000)}));
  EXPECT_EQ(settled.messages.last, Offset(1'002));
  EXPECT_EQ(settled.messages.verdict, queue::Verdict::kDone);
  EXPECT_EQ(std::get<SettledMessages>(found[5]).messages.verdict, queue::Verdict::kReject);
  std::vector<TransactionRecord> cancelled = read(encode_cancellation(Offset(77), Timestamp{1}), offsets);
  ASSERT_EQ(cancelled.size(), 1u);
  EXPECT_EQ(std::get<TransactionCancelled>(cancelled[0]).begins, Offset(77));
}

TEST(TransactionRecord, ABatchThatSeveralQueuesShareIsWrittenOnce) {
  log::OwnedBatches shared = log::share({std::byte{1}, std::byte{2}});
  TransactionParts parts;
  for (std::uint8_t queue = 1; queue <= 2; ++queue)
    parts.sends.queues.push_back({{id_of(queue), {}}, {.batch = shared, .messages = 1}});
  parts.sends.queues.push_back({{id_of(3), {}}, {.batch = log::own({std::byte{3}}), .messages = 1}});
  std::vector<TransactionRecord> records = records_of(parts);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(std::get<SentToQueue>(records[0]).batch.size(), 2u);
  EXPECT_TRUE(std::get<SentToQueue>(records[1]).batch.empty());
  EXPECT_EQ(std::get<SentToQueue>(records[2]).batch.size(), 1u);
}

TEST(TransactionRecord, WhatACrashEndsAnywayIsNotWritten) {
  TransactionParts parts;
  parts.sends.queues.push_back({{id_of(1), {}}, {.batch = log::own({}), .messages = 1, .persistent = false}});
  parts.sends.delayed.push_back({.envelope = {}, .batch = {}, .persistent = false});
  parts.settled.push_back(
      {{id_of(1), {}},
       queue::ConsumerId(1),
       {{{0, Offset(0)}, Offset(0), queue::Verdict::kReturn}, {{0, Offset(1)}, Offset(1), queue::Verdict::kGiveBack}}});
  EXPECT_TRUE(records_of(parts).empty());
}

Result<TransactionRecord> decoded(std::initializer_list<int> key) {
  std::vector<std::byte> bytes;
  for (int one : key) bytes.push_back(static_cast<std::byte>(one));
  Record record;
  record.key = bytes;
  return decode_transaction_record(record);
}

TEST(TransactionRecord, OfAnotherVersionOrShapeIsRefused) {
  EXPECT_TRUE(decoded({1, 1}));
  EXPECT_EQ(decoded({1, 2}).error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(decoded({1, 1, 0}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(decoded({}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(decoded({9}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(decoded({6}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(decode_transaction_record(Record()).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace wharf::broker
