#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/record_batch_reader.hpp"
#include "model/record_control.hpp"
#include "model/testdata/corpus.hpp"
#include "protocols/kafka/legacy/downconvert.hpp"
#include "protocols/kafka/legacy/message.hpp"
#include "protocols/kafka/legacy/upconvert.hpp"

namespace wharf::kafka::legacy {
namespace {

using Bytes = std::vector<std::byte>;
using corpus::OwnedRecord;

constexpr std::size_t kLimit = std::size_t{1} << 24;

Message plain(Magic magic, std::int64_t offset, std::string_view value) {
  return {.offset = Offset(offset),
          .magic = magic,
          .timestamp = Timestamp{1000 + offset},
          .key = {},
          .value = as_bytes(value)};
}

Bytes set_of(std::initializer_list<Message> messages) {
  Bytes set;
  for (const Message& message : messages) EXPECT_TRUE(append_message(set, message));
  return set;
}

Bytes wrapper(Magic magic, std::int64_t offset, const Bytes& inner, Compression codec = Compression::kGzip) {
  Bytes packed = *compress(codec, inner);
  return set_of({{.offset = Offset(offset),
                  .magic = magic,
                  .compression = codec,
                  .timestamp = Timestamp{5},
                  .key = {},
                  .value = ByteView(packed)}});
}

std::optional<ErrorCode> code(const Result<Bytes>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

std::vector<BatchHeader> headers_of(ByteView batches) {
  std::vector<BatchHeader> headers;
  BatchReader reader(batches);
  BatchScan scan = reader.next();
  for (; scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) headers.push_back(scan.batch.header);
  EXPECT_EQ(scan.kind, BatchScan::Kind::kEnd) << scan.error.message;
  return headers;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Upconvert, RunsAndWrappersBecomeABatchEach) {
  Bytes set =
      joined({set_of({plain(Magic::kV1, 0, "a"), plain(Magic::kV1, 1, "b")}),
              wrapper(Magic::kV1, 2,
                      set_of({plain(Magic::kV1, 0, "c"), plain(Magic::kV1, 1, "d"), plain(Magic::kV1, 2, "e")})),
              set_of({plain(Magic::kV1, 5, "f"), plain(Magic::kV0, 6, "g")})});
  Result<Bytes> batches = upconvert(set, kLimit);
  ASSERT_TRUE(batches) << batches.error().message;
  std::vector<BatchHeader> headers = headers_of(*batches);
  ASSERT_EQ(headers.size(), 4u);
  std::vector<std::int32_t> counts;
  for (const BatchHeader& header : headers) {
    counts.push_back(header.record_count);
    EXPECT_TRUE(validate_produced(header));
  }
  EXPECT_EQ(counts, (std::vector<std::int32_t>{2, 3, 1, 1}));
  EXPECT_EQ(headers[1].compression, Compression::kGzip);
  EXPECT_EQ(headers[3].max_timestamp, kNoTimestamp) << "v0 has no timestamps";
}

TEST(Upconvert, AnEmptySetOrOneWithOnlyACutMessageGivesNothing) {
  EXPECT_TRUE(upconvert({}, kLimit)->empty());
  Bytes one = set_of({plain(Magic::kV0, 0, "value")});
  EXPECT_TRUE(upconvert(ByteView(one).first(one.size() - 1), kLimit)->empty());
}

TEST(Upconvert, WrappersThatKafkaRefusesAreInvalid) {
  Bytes inner = set_of({plain(Magic::kV1, 0, "a"), plain(Magic::kV1, 1, "b")});
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 1, inner), kLimit)), std::nullopt);
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 0, set_of({plain(Magic::kV1, 3, "a")})), kLimit)), std::nullopt)
      << "as librdkafka sent";
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 2, set_of({plain(Magic::kV1, 3, "a")})), kLimit)),
            ErrorCode::kInvalidRecord);
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV0, 2, set_of({plain(Magic::kV0, 3, "a")})), kLimit)), std::nullopt)
      << "v0 offsets are absolute";
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 1, {}), kLimit)), ErrorCode::kInvalidRecord) << "nothing inside";
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV0, 1, inner), kLimit)), ErrorCode::kInvalidRecord)
      << "another format inside";
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 1, wrapper(Magic::kV1, 1, inner)), kLimit)), ErrorCode::kInvalidRecord)
      << "a wrapper inside";
  Message no_value{.magic = Magic::kV1, .compression = Compression::kGzip, .timestamp = {}, .key = {}, .value = {}};
  EXPECT_EQ(code(upconvert(set_of({no_value}), kLimit)), ErrorCode::kInvalidRecord);
  inner[20] ^= std::byte{1};
  EXPECT_EQ(code(upconvert(wrapper(Magic::kV1, 1, inner), kLimit)), ErrorCode::kCorruptMessage) << "a checksum inside";
}

TEST(Upconvert, TheLimitHoldsForAllWrappersTogether) {
  std::string zeros(100'000, '\0');
  Bytes one = wrapper(Magic::kV1, 0, set_of({plain(Magic::kV1, 0, zeros)}));
  EXPECT_EQ(code(upconvert(one, 150'000)), std::nullopt);
  EXPECT_EQ(code(upconvert(joined({one, one}), 150'000)), ErrorCode::kTooLarge);
}

TEST(Upconvert, LogAppendTimesKeepTheirType) {
  Message a = plain(Magic::kV1, 0, "a");
  a.timestamp_type = TimestampType::kLogAppendTime;
  Message b = a;
  b.timestamp = Timestamp{1};
  std::vector<BatchHeader> headers = headers_of(*upconvert(set_of({a, a, b, plain(Magic::kV1, 3, "c")}), kLimit));
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].max_timestamp, a.timestamp);
  EXPECT_EQ(headers[1].max_timestamp, b.timestamp);
  EXPECT_EQ(headers[1].timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(headers[2].timestamp_type, TimestampType::kCreateTime);
}

TEST(Downconvert, ControlBatchesAreLeftOutAndPassed) {
  Bytes marker = build_end_txn_batch({ControlType::kCommit, 1}, ProducerId(1), ProducerEpoch(0), Timestamp{1});
  stamp_base_offset(marker, Offset(10));
  Result<MessageSet> set = downconvert(marker, {.first_offset = Offset(10)});
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->bytes.empty());
  EXPECT_EQ(set->next_offset, Offset(11));
}

TEST(Downconvert, ZstdIsRefused) {
  Bytes batch = *corpus::build({.compression = Compression::kZstd}, corpus::few(false));
  Result<MessageSet> set = downconvert(batch, {});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kUnsupportedCompression);
}

TEST(Downconvert, StopsBehindTheBatchThatReachesTheSize) {
  Bytes first = *corpus::build({}, corpus::few(false));
  Bytes second = *corpus::build({.base_offset = Offset(5)}, corpus::few(false));
  Bytes both = joined({first, second});
  EXPECT_EQ(downconvert(both, {.max_bytes = 1})->next_offset, Offset(5));
  EXPECT_EQ(downconvert(both, {.max_bytes = 100'000})->next_offset, Offset(10));
  EXPECT_EQ(downconvert(ByteView(both).first(both.size() - 1), {})->next_offset, Offset(5))
      << "a cut batch is left out";
}

TEST(Downconvert, ABatchThatDecompressesToMoreThanTheLimitIsTooLarge) {
  Bytes batch = *corpus::build({.compression = Compression::kLz4}, {{1, std::nullopt, std::string(100'000, 'x'), {}}});
  Result<MessageSet> set = downconvert(batch, {.batch_limit = 50'000});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kTooLarge);
}

RC_GTEST_PROP(Conversion, DownAndUpAgainKeepsKeysValuesAndTimes, ()) {
  auto text = rc::gen::arbitrary<std::string>();
  auto maybe = rc::gen::apply([](bool there, std::string value) { return there ? corpus::Text(value) : std::nullopt; },
                              rc::gen::arbitrary<bool>(), text);
  auto record = rc::gen::apply(
      [](std::int64_t time, corpus::Text key, corpus::Text value) { return OwnedRecord{time, key, value, {}}; },
      rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 41), maybe, maybe);
  auto records = *rc::gen::nonEmpty(rc::gen::container<std::vector<OwnedRecord>>(record));
  auto compression = static_cast<Compression>(*rc::gen::inRange(0, 4));
  Magic magic = *rc::gen::element(Magic::kV0, Magic::kV1);
  Offset base(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 50));
  Bytes batch = *corpus::build({.base_offset = base, .compression = compression}, records);

  Result<MessageSet> set = downconvert(batch, {.magic = magic, .first_offset = base});
  RC_ASSERT(set.has_value());
  Result<Bytes> up = upconvert(set->bytes, kLimit);
  RC_ASSERT(up.has_value());
  if (magic == Magic::kV0) {
    for (OwnedRecord& expected : records) expected.timestamp_ms = -1;
  }
  RC_ASSERT(*corpus::read_all(*up, kLimit) == corpus::at_offsets(Offset(0), records));
}

}  // namespace
}  // namespace wharf::kafka::legacy
