#include "model/record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/byte_order.hpp"
#include "model/record_batch_builder.hpp"
#include "model/record_control.hpp"
#include "model/record_varint.hpp"
#include "model/testdata/corpus.hpp"

namespace wharf {
namespace {

using Bytes = std::vector<std::byte>;
using corpus::append;
using corpus::OwnedRecord;
using corpus::read_all;

Bytes bytes(std::initializer_list<int> values) {
  Bytes out;
  for (int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

TEST(Varint, EncodesAsProtocolBuffersDo) {
  auto encoded = [](auto value) {
    Bytes to(varint_size(value));
    EXPECT_EQ(put_varint(to.data(), value), to.data() + to.size());
    return to;
  };
  EXPECT_EQ(encoded(std::int32_t{0}), bytes({0}));
  EXPECT_EQ(encoded(std::int32_t{-1}), bytes({1}));
  EXPECT_EQ(encoded(std::int32_t{63}), bytes({126}));
  EXPECT_EQ(encoded(std::int32_t{-64}), bytes({127}));
  EXPECT_EQ(encoded(std::int32_t{64}), bytes({0x80, 1}));
  EXPECT_EQ(encoded(std::numeric_limits<std::int32_t>::max()), bytes({0xFE, 0xFF, 0xFF, 0xFF, 0x0F}));
  EXPECT_EQ(encoded(std::numeric_limits<std::int32_t>::min()), bytes({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}));
  EXPECT_EQ(encoded(std::numeric_limits<std::int64_t>::min()),
            bytes({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}));
}

RC_GTEST_PROP(Varint, EveryNumberReadsBack, (std::int64_t wide, std::int32_t narrow)) {
  Bytes to(varint_size(wide) + varint_size(narrow));
  put_varint(put_varint(to.data(), wide), narrow);
  FieldCursor cursor(to);
  RC_ASSERT(cursor.varlong() == wide);
  RC_ASSERT(cursor.varint() == narrow);
  RC_ASSERT(!cursor.failed() && cursor.left() == 0u);
}

TEST(Varint, TooLongOrCutIsRefused) {
  for (const Bytes& bad :
       {bytes({}), bytes({0x80}), bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0}), bytes({0xFF, 0xFF, 0xFF, 0xFF, 0x1F})}) {
    FieldCursor cursor(bad);
    EXPECT_EQ(cursor.varint(), 0);
    EXPECT_TRUE(cursor.failed());
  }
  Bytes wide = bytes({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2});
  FieldCursor cursor(wide);
  cursor.varlong();
  EXPECT_TRUE(cursor.failed());
}

rc::Gen<OwnedRecord> any_record() {
  auto text = rc::gen::arbitrary<std::string>();
  auto maybe = [](auto gen) {
    return rc::gen::apply([](bool there, std::string value) { return there ? std::optional(value) : std::nullopt; },
                          rc::gen::arbitrary<bool>(), gen);
  };
  return rc::gen::apply(
      [](std::int64_t timestamp, std::optional<std::string> key, std::optional<std::string> value, auto headers) {
        return OwnedRecord{timestamp, std::move(key), std::move(value), std::move(headers)};
      },
      rc::gen::arbitrary<std::int64_t>(), maybe(text), maybe(text),
      rc::gen::container<std::vector<std::pair<std::string, std::optional<std::string>>>>(
          rc::gen::pair(text, maybe(text))));
}

RC_GTEST_PROP(Records, WhatIsBuiltReadsBackInEveryCodec, ()) {
  auto records = *rc::gen::nonEmpty(rc::gen::container<std::vector<OwnedRecord>>(any_record()));
  auto compression = static_cast<Compression>(*rc::gen::inRange(0, 5));
  Offset base(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  BatchBuilder builder({.base_offset = base, .compression = compression});
  std::vector<std::pair<Offset, OwnedRecord>> expected;
  Offset offset = base;
  for (OwnedRecord& record : records) {
    offset = offset.plus(*rc::gen::inRange(0, 5));  // gaps, as compaction leaves them
    append(builder, offset, record);
    expected.emplace_back(offset, std::move(record));
    offset = offset.plus(1);
  }
  Result<Bytes> batch = builder.finish();
  RC_ASSERT(batch.has_value());
  RC_ASSERT(validate_checksum(*batch).has_value());
  auto read = read_all(*batch, 1 << 24);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == expected);
}

RC_GTEST_PROP(Records, ACopiedBatchIsTheSameBytes, ()) {
  auto records = *rc::gen::nonEmpty(rc::gen::container<std::vector<OwnedRecord>>(any_record()));
  BatchBuilder builder({});
  for (const OwnedRecord& record : records) append(builder, builder.next_offset(), record);
  Bytes batch = *builder.finish();
  BatchBuilder copier({});
  RecordReader reader = OpenedBatch::open(*read_batch(batch), 1 << 24)->reader();
  Record record;
  while (*reader.next(record)) copier.copy(record);
  RC_ASSERT(*copier.finish() == batch);
}

/// A batch around hand-made record bytes, with a right checksum.
Bytes batch_of(const Bytes& records, std::int32_t count, std::int32_t last_offset_delta) {
  Bytes batch(kBatchHeaderBytes);
  batch.insert(batch.end(), records.begin(), records.end());
  BatchHeader header;
  header.size_bytes = batch.size();
  header.record_count = count;
  header.last_offset_delta = last_offset_delta;
  write_batch_header(batch, header);
  return batch;
}

// length 7, attributes, timestamp delta 0, offset delta 0, null key, value "v", no headers
const Bytes kGoodRecord = bytes({14, 0, 0, 0, 1, 2, 'v', 0});

TEST(Records, AGoodHandMadeRecordIsRead) {
  EXPECT_TRUE(read_all(batch_of(kGoodRecord, 1, 0), 100));
}

TEST(Records, LyingLengthsAndCountsAreInvalid) {
  const std::vector<std::pair<const char*, Bytes>> bad = {
      {"the length is longer than the bytes left", bytes({16, 0, 0, 0, 1, 2, 'v', 0})},
      {"the length is shorter than its fields", bytes({12, 0, 0, 0, 1, 2, 'v', 0})},
      {"the length is negative", bytes({13, 0, 0, 0, 1, 2, 'v', 0})},
      {"a negative offset delta", bytes({14, 0, 0, 1, 1, 2, 'v', 0})},
      {"an offset delta above the last", bytes({14, 0, 0, 2, 1, 2, 'v', 0})},
      {"a key length below -1", bytes({14, 0, 0, 0, 3, 2, 'v', 0})},
      {"a key longer than the record", bytes({14, 0, 0, 0, 40, 2, 'v', 0})},
      {"a value longer than the record", bytes({14, 0, 0, 0, 1, 40, 'v', 0})},
      {"a huge value", bytes({22, 0, 0, 0, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 'v', 0})},
      {"a negative header count", bytes({14, 0, 0, 0, 1, 2, 'v', 1})},
      {"more headers than bytes", bytes({14, 0, 0, 0, 1, 2, 'v', 2})},
      {"a huge header count", bytes({22, 0, 0, 0, 1, 2, 'v', 0xFE, 0xFF, 0xFF, 0xFF, 0x0F})},
      {"a null header key", bytes({18, 0, 0, 0, 1, 2, 'v', 2, 1, 1})},
      {"a header value longer than the record", bytes({18, 0, 0, 0, 1, 2, 'v', 2, 0, 4})},
      {"bytes behind the headers", bytes({16, 0, 0, 0, 1, 2, 'v', 0, 0})},
      {"bytes behind the last record", bytes({14, 0, 0, 0, 1, 2, 'v', 0, 0})},
  };
  for (const auto& [what, records] : bad) {
    auto read = read_all(batch_of(records, 1, 0), 100);
    ASSERT_FALSE(read) << what;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidRecord) << what << ": " << read.error().message;
  }
}

TEST(Records, OffsetsMustRise) {
  Bytes twice = kGoodRecord;
  twice.insert(twice.end(), kGoodRecord.begin(), kGoodRecord.end());
  EXPECT_FALSE(read_all(batch_of(twice, 2, 1), 100));
  twice[8 + 3] = std::byte{2};  // offset delta 1
  EXPECT_TRUE(read_all(batch_of(twice, 2, 1), 100));
  EXPECT_FALSE(read_all(batch_of(twice, 1, 1), 100)) << "more records than the header says";
}

TEST(Records, RecordsCutAtAnyByteAreInvalid) {
  BatchBuilder builder({});
  append(builder, Offset(0), {5, "key", "value", {{"a", "b"}, {"c", std::nullopt}}});
  append(builder, Offset(1), {6, std::nullopt, "value", {}});
  Bytes batch = *builder.finish();
  BatchHeader header = *read_batch_header(batch);
  ByteView records = ByteView(batch).subspan(kBatchHeaderBytes);
  for (std::size_t size = 0; size < records.size(); ++size) {
    RecordReader reader(header, records.first(size));
    Record record;
    Result<bool> got = reader.next(record);
    while (got && *got) got = reader.next(record);
    EXPECT_FALSE(got) << size;
    EXPECT_FALSE(reader.next(record)) << "it stays there";
  }
}

TEST(Records, TheLastHeaderOfANameIsFound) {
  BatchBuilder builder({});
  append(builder, Offset(0), {5, std::nullopt, std::nullopt, {{"a", "1"}, {"b", std::nullopt}, {"a", "2"}}});
  Bytes batch = *builder.finish();
  OpenedBatch opened = *OpenedBatch::open(*read_batch(batch), 100);
  RecordReader reader = opened.reader();
  Record record;
  ASSERT_TRUE(*reader.next(record));
  EXPECT_EQ(record.headers.size(), 3u);
  EXPECT_EQ(as_text(*record.headers.last("a")->value), "2");
  EXPECT_FALSE(record.headers.last("b")->value);
  EXPECT_FALSE(record.headers.last("c"));
}

TEST(Control, ATransactionsEndReadsBack) {
  for (ControlType type : {ControlType::kAbort, ControlType::kCommit}) {
    Bytes batch = build_end_txn_batch({type, 17}, ProducerId(9), ProducerEpoch(2), Timestamp{1234});
    ASSERT_TRUE(validate_checksum(batch));
    BatchView view = *read_batch(batch);
    EXPECT_TRUE(view.header.is_control && view.header.is_transactional);
    EXPECT_EQ(view.header.producer_id, ProducerId(9));
    EXPECT_EQ(view.header.base_sequence, kNoSequence);
    RecordReader reader(view.header, view.records());
    Record record;
    ASSERT_TRUE(*reader.next(record));
    EXPECT_EQ(*read_end_txn_marker(record), (EndTxnMarker{type, 17}));
  }
}

TEST(Control, AnUnknownTypeIsKnownAsSuchAndACutKeyIsInvalid) {
  Record record;
  EXPECT_FALSE(read_control_type(record));
  Bytes key = bytes({0, 0, 0, 2});
  record.key = ByteView(key);
  EXPECT_EQ(*read_control_type(record), ControlType::kUnknown);
  EXPECT_FALSE(read_end_txn_marker(record));
  key[3] = std::byte{1};
  EXPECT_FALSE(read_end_txn_marker(record)) << "no value";
  key[0] = std::byte{0xFF};
  EXPECT_FALSE(read_control_type(record)) << "negative version";
  record.key = ByteView(key).first(3);
  EXPECT_FALSE(read_control_type(record));
}

}  // namespace
}  // namespace wharf
