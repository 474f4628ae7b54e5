#include "model/record_check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/record.hpp"
#include "model/record_batch_builder.hpp"
#include "model/record_varint.hpp"

namespace wharf {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kLimit = std::size_t{1} << 20;
constexpr std::array kCodecs = {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4,
                                Compression::kZstd};

void put(Bytes& to, std::int64_t number) {
  std::byte bytes[kMaxVarlongBytes];
  to.insert(to.end(), bytes, put_varint(bytes, number));
}

/// A record field by field, so that each can lie. Lengths are of the bytes that are there unless given.
struct RawRecord {
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int64_t wrong_length = 0;  // added to what is true
  std::int64_t wrong_key_length = 0;
  std::int64_t wrong_value_length = 0;
  std::int64_t wrong_header_count = 0;
  std::int64_t wrong_header_key_length = 0;

  static void put_text(Bytes& to, const std::optional<std::string>& text, std::int64_t wrong) {
    put(to, (text ? static_cast<std::int64_t>(text->size()) : -1) + wrong);
    if (text) to.insert(to.end(), as_bytes(*text).begin(), as_bytes(*text).end());
  }
  void append_to(Bytes& to) const {
    Bytes body(1);
    put(body, timestamp_delta);
    put(body, offset_delta);
    put_text(body, key, wrong_key_length);
    put_text(body, value, wrong_value_length);
    put(body, static_cast<std::int64_t>(headers.size()) + wrong_header_count);
    for (const auto& [name, header_value] : headers) {
      put_text(body, name, wrong_header_key_length);
      put_text(body, header_value, 0);
    }
    put(to, static_cast<std::int64_t>(body.size()) + wrong_length);
    to.insert(to.end(), body.begin(), body.end());
  }
};

Bytes records_of(const std::vector<RawRecord>& records) {
  Bytes bytes;
  for (const RawRecord& record : records) record.append_to(bytes);
  return bytes;
}

std::vector<RawRecord> some_records(std::int32_t count) {
  std::vector<RawRecord> records(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) {
    records[static_cast<std::size_t>(i)].offset_delta = i;
    records[static_cast<std::size_t>(i)].key = "key";
    records[static_cast<std::size_t>(i)].value = std::string(static_cast<std::size_t>(i % 300), 'v');
  }
  return records;
}

/// What RecordReader says of the same bytes, and that the deltas are 0, 1, 2...
bool readable(ByteView records, std::int32_t count, RecordKeys keys) {
  BatchHeader header;
  header.record_count = count;
  header.last_offset_delta = std::max(count, 1) - 1;
  RecordReader reader(header, records);
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more) return false;
    if (!*more) return true;
    if (keys == RecordKeys::kRequired && !record.key) return false;
  }
}

/// In pieces that end at `cuts`, rising.
Result<void> check_in_pieces(ByteView records, std::int32_t count, RecordKeys keys,
                             const std::vector<std::size_t>& cuts) {
  RecordCheck check(count, keys);
  std::size_t from = 0;
  for (std::size_t cut : cuts) {
    if (Result<void> taken = check.take(records.subspan(from, cut - from)); !taken) return taken;
    from = cut;
  }
  if (Result<void> taken = check.take(records.subspan(from)); !taken) return taken;
  return check.finish();
}

/// The check's word, which must not depend on how the bytes come in nor be another than the reader's.
bool is_taken(ByteView records, std::int32_t count, RecordKeys keys = RecordKeys::kOptional) {
  Result<void> whole = check_in_pieces(records, count, keys, {});
  EXPECT_EQ(whole.has_value(), readable(records, count, keys)) << (whole ? "taken" : whole.error().message);
  if (!whole) EXPECT_EQ(whole.error().code, ErrorCode::kInvalidRecord);
  return whole.has_value();
}

Bytes batch_with(Compression compression, ByteView records, std::int32_t count) {
  Bytes body = *compress(compression, records);
  BatchHeader header;
  header.compression = compression;
  header.record_count = count;
  header.last_offset_delta = count - 1;
  header.size_bytes = kBatchHeaderBytes + body.size();
  Bytes batch(kBatchHeaderBytes);
  batch.insert(batch.end(), body.begin(), body.end());
  write_batch_header(batch, header);
  return batch;
}

Result<RecordTimes> check(const Bytes& batch, RecordKeys keys = RecordKeys::kOptional, std::size_t limit = kLimit) {
  static Decoders decoders;  // kept over good batches and bad ones, as a shard does
  return check_records(*read_batch(batch), keys, limit, decoders);
}

rc::Gen<std::optional<std::string>> any_text() {
  return rc::gen::weightedOneOf<std::optional<std::string>>(
      {{1, rc::gen::just(std::optional<std::string>())},
       {6,
        rc::gen::map(rc::gen::string<std::string>(), [](std::string text) { return std::optional(std::move(text)); })},
       {1, rc::gen::map(rc::gen::inRange(100, 20'000),
                        [](int size) { return std::optional(std::string(static_cast<std::size_t>(size), 'x')); })}});
}

std::vector<RawRecord> any_records() {
  auto count = *rc::gen::weightedOneOf<int>({{8, rc::gen::inRange(1, 6)}, {1, rc::gen::inRange(60, 200)}});
  std::vector<RawRecord> records(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    RawRecord& record = records[static_cast<std::size_t>(i)];
    record.offset_delta = i;
    record.timestamp_delta = *rc::gen::weightedOneOf<std::int64_t>(
        {{4, rc::gen::inRange<std::int64_t>(0, 300)}, {1, rc::gen::arbitrary<std::int64_t>()}});
    if (count > 10) {
      record.value = "small";
      continue;
    }
    record.key = *any_text();
    record.value = *any_text();
    for (int left = *rc::gen::inRange(0, 3); left > 0; --left) record.headers.emplace_back("name", *any_text());
  }
  return records;
}

std::vector<std::size_t> any_cuts(std::size_t size) {
  auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, size + 1));
  std::ranges::sort(cuts);
  return cuts;
}

RC_GTEST_PROP(RecordCheck, RandomRecordsAreTakenInPiecesOfAnySize, ()) {
  std::vector<RawRecord> records = any_records();
  Bytes bytes = records_of(records);
  auto count = static_cast<std::int32_t>(records.size());
  RC_ASSERT(is_taken(bytes, count));
  RC_ASSERT(check_in_pieces(bytes, count, RecordKeys::kOptional, any_cuts(bytes.size())).has_value());
  bool all_keys = std::ranges::all_of(records, [](const RawRecord& record) { return record.key.has_value(); });
  RC_ASSERT(is_taken(bytes, count, RecordKeys::kRequired) == all_keys);
}

RC_GTEST_PROP(RecordCheck, RandomRecordsAreTakenFromEveryCodec, ()) {
  std::vector<RawRecord> records = any_records();
  for (Compression codec : kCodecs) {
    Bytes batch = batch_with(codec, records_of(records), static_cast<std::int32_t>(records.size()));
    Result<RecordTimes> checked = check(batch);
    RC_ASSERT(checked.has_value());
  }
}

RC_GTEST_PROP(RecordCheck, OneWrongLengthOrCountIsRefusedOrWhatIsLeftReadsAsWell, ()) {
  std::vector<RawRecord> records = any_records();
  auto count = static_cast<std::int32_t>(records.size());
  RawRecord& victim = records[*rc::gen::inRange<std::size_t>(0, records.size())];
  std::int64_t wrong =
      *rc::gen::weightedOneOf<std::int64_t>({{4, rc::gen::inRange<std::int64_t>(-4, 5)},
                                             {1, rc::gen::cast<std::int64_t>(rc::gen::arbitrary<std::int32_t>())},
                                             {1, rc::gen::arbitrary<std::int64_t>()}});
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      victim.wrong_length = wrong;
      break;
    case 1:
      victim.wrong_key_length = wrong;
      break;
    case 2:
      victim.wrong_value_length = wrong;
      break;
    case 3:
      victim.wrong_header_count = wrong;
      break;
    case 4:
      victim.wrong_header_key_length = wrong;
      break;
    case 5:
      victim.offset_delta += wrong;
      break;
    case 6:
      count = static_cast<std::int32_t>(std::clamp<std::int64_t>(count + wrong, 0, 1'000'000));
      break;
  }
  Bytes bytes = records_of(records);
  bool taken = is_taken(bytes, count);  // as RecordReader says, above
  RC_ASSERT(check_in_pieces(bytes, count, RecordKeys::kOptional, any_cuts(bytes.size())).has_value() == taken);
}

RC_GTEST_PROP(RecordCheck, AnyChangedByteIsTakenExactlyIfItReads, ()) {
  std::vector<RawRecord> records = any_records();
  Bytes bytes = records_of(records);
  auto count = static_cast<std::int32_t>(records.size());
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  if (*rc::gen::inRange(0, 4) == 0) bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
  for (RecordKeys keys : {RecordKeys::kOptional, RecordKeys::kRequired}) {
    bool taken = is_taken(bytes, count, keys);
    RC_ASSERT(check_in_pieces(bytes, count, keys, any_cuts(bytes.size())).has_value() == taken);
  }
}

TEST(RecordCheck, EveryCutOfAPieceIsTheSame) {
  Bytes bytes =
      records_of({{.timestamp_delta = 70'000, .key = "k", .value = "v", .headers = {{"h", "x"}, {"", std::nullopt}}},
                  {.offset_delta = 1, .key = std::nullopt, .value = std::string(200, 'v')},
                  {.offset_delta = 2, .key = "", .value = std::nullopt, .headers = {{"last", std::string(130, 'h')}}}});
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_TRUE(check_in_pieces(bytes, 3, RecordKeys::kOptional, {cut})) << cut;
    EXPECT_FALSE(check_in_pieces(bytes, 2, RecordKeys::kOptional, {cut})) << cut;
    EXPECT_FALSE(check_in_pieces(bytes, 4, RecordKeys::kOptional, {cut})) << cut;
    if (cut == bytes.size()) continue;
    EXPECT_FALSE(check_in_pieces(ByteView(bytes).first(cut), 3, RecordKeys::kOptional, {cut / 2})) << cut;
  }
}

TEST(RecordCheck, OffsetDeltasOfEveryWidthAreTheRecordsPlaces) {
  std::vector<RawRecord> records = some_records(9000);
  EXPECT_TRUE(is_taken(records_of(records), 9000));
  for (std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{8192}, std::size_t{8999}}) {
    for (std::int64_t wrong : {-1, 1, 64, 8192, 1 << 21}) {
      std::vector<RawRecord> lying = records;
      lying[at].offset_delta += wrong;
      EXPECT_FALSE(is_taken(records_of(lying), 9000)) << at << " " << wrong;
    }
  }
}

TEST(RecordCheck, SaysWhichRecordIsWrongAndWhy) {
  std::vector<RawRecord> records = some_records(3);
  records[1].key = std::nullopt;
  Bytes bytes = records_of(records);
  EXPECT_EQ(check_in_pieces(bytes, 3, RecordKeys::kRequired, {}).error().message,
            "record 1 of the 3 in the batch: a compacted topic does not take records without a key");
  EXPECT_EQ(check_in_pieces(bytes, 2, RecordKeys::kOptional, {}).error().message,
            "record 2 of the 2 in the batch: more bytes follow than the batch has records");
  EXPECT_EQ(check_in_pieces(bytes, 4, RecordKeys::kOptional, {}).error().message,
            "record 3 of the 4 in the batch: it is missing");
}

TEST(RecordCheck, WhatDoesNotDecompressIsAnInvalidRecord) {
  Bytes records = records_of(some_records(50));
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Bytes good = batch_with(codec, records, 50);
    EXPECT_TRUE(check(good)) << to_string(codec);
    Bytes bad = good;
    for (std::size_t at = kBatchHeaderBytes; at < bad.size(); at += 3) bad[at] ^= std::byte{0x55};
    EXPECT_EQ(check(bad).error().code, ErrorCode::kInvalidRecord) << to_string(codec);
    for (std::int32_t count : {1, 49, 51, 1 << 30}) {
      EXPECT_EQ(check(batch_with(codec, records, count)).error().code, ErrorCode::kInvalidRecord)
          << to_string(codec) << count;
    }
  }
}

TEST(RecordCheck, ABombStopsAtTheLimit) {
  std::vector<RawRecord> records(1);
  records[0].value = std::string(std::size_t{8} << 20, 'v');
  Bytes bytes = records_of(records);
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Bytes bomb = batch_with(codec, bytes, 1);
    EXPECT_EQ(check(bomb).error().code, ErrorCode::kTooLarge) << to_string(codec);
    EXPECT_TRUE(check(bomb, RecordKeys::kOptional, std::size_t{9} << 20)) << to_string(codec);
  }
}

RC_GTEST_PROP(RecordCheck, TheTimesOfABatchAreThoseOfItsRecordsInPiecesOfAnySize, ()) {
  std::vector<RawRecord> records = any_records();
  Bytes bytes = records_of(records);
  auto by_delta = [](const RawRecord& one, const RawRecord& other) {
    return one.timestamp_delta < other.timestamp_delta;
  };
  auto [smallest, largest] = std::ranges::minmax_element(records, by_delta);
  RecordCheck check(static_cast<std::int32_t>(records.size()), RecordKeys::kOptional);
  std::size_t from = 0;
  for (std::size_t cut : any_cuts(bytes.size())) {
    RC_ASSERT(check.take(ByteView(bytes).subspan(from, cut - from)).has_value());
    from = cut;
  }
  RC_ASSERT(check.take(ByteView(bytes).subspan(from)).has_value() && check.finish().has_value());
  RC_ASSERT(check.times(Timestamp{0}).smallest == Timestamp{smallest->timestamp_delta});
  RC_ASSERT(check.times(Timestamp{0}).largest == Timestamp{largest->timestamp_delta});
}

TEST(RecordCheck, TimesBeyondAllTimestampsAreTheLastOne) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  std::vector<RawRecord> records = some_records(2);
  records[1].timestamp_delta = 10;
  RecordCheck check(2, RecordKeys::kOptional);
  ASSERT_TRUE(check.take(records_of(records)) && check.finish());
  EXPECT_EQ(check.times(Timestamp{kLast - 3}).smallest, Timestamp{kLast - 3});
  EXPECT_EQ(check.times(Timestamp{kLast - 3}).largest, Timestamp{kLast});
  EXPECT_EQ(check.times(Timestamp{1000}).largest, Timestamp{1010});
}

}  // namespace
}  // namespace wharf
