#include "model/record_batch.hpp"

#include <gtest/gtest.h>

#include "model/byte_order.hpp"
#include "model/record_batch_builder.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf {
namespace {

std::vector<std::byte> small_batch(Compression compression = Compression::kNone) {
  BatchBuilder builder({.compression = compression,
                        .producer_id = ProducerId(7),
                        .producer_epoch = ProducerEpoch(3),
                        .base_sequence = 40});
  RecordHeader header{"trace", as_bytes("abc")};
  builder.append({.timestamp = Timestamp{1000}, .key = as_bytes("k"), .value = as_bytes("first value"), .headers = {}});
  builder.append({.timestamp = Timestamp{1005}, .key = {}, .value = as_bytes("second value"), .headers = {&header, 1}});
  builder.append({.timestamp = Timestamp{990}, .key = as_bytes("k"), .value = {}, .headers = {}});
  return *builder.finish();
}

/// A batch whose header says `change`, with the checksum that belongs to it.
template <class T>
std::vector<std::byte> with_field(std::vector<std::byte> batch, std::size_t at, T value) {
  store_big_endian(batch.data() + at, value);
  store_big_endian(batch.data() + batch_field::kChecksum, compute_checksum(batch));
  return batch;
}

TEST(RecordBatch, ABuiltBatchsHeaderReadsBack) {
  std::vector<std::byte> batch = small_batch();
  Result<BatchHeader> header = read_batch_header(batch);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->size_bytes, batch.size());
  EXPECT_EQ(header->record_count, 3);
  EXPECT_EQ(header->last_offset_delta, 2);
  EXPECT_EQ(header->base_timestamp, Timestamp{1000});
  EXPECT_EQ(header->max_timestamp, Timestamp{1005});
  EXPECT_EQ(header->producer_id, ProducerId(7));
  EXPECT_EQ(header->producer_epoch, ProducerEpoch(3));
  EXPECT_EQ(header->base_sequence, 40);
  EXPECT_EQ(header->last_sequence(), 42);
  EXPECT_EQ(header->leader_epoch, kNoLeaderEpoch);
  EXPECT_TRUE(validate_checksum(batch));
  EXPECT_TRUE(validate_produced(*header));
}

TEST(RecordBatch, StampsLeaveTheChecksumValid) {
  std::vector<std::byte> batch = small_batch();
  stamp_base_offset(batch, Offset(1'000'000'000'000));
  stamp_leader_epoch(batch, LeaderEpoch(12));
  EXPECT_TRUE(validate_checksum(batch));
  Result<BatchHeader> header = read_batch_header(batch);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->last_offset(), Offset(1'000'000'000'002));
  EXPECT_EQ(header->next_offset(), Offset(1'000'000'000'003));
  EXPECT_EQ(header->leader_epoch, LeaderEpoch(12));
}

TEST(RecordBatch, LogAppendTimeReplacesEveryRecordsTimestamp) {
  std::vector<std::byte> batch = small_batch(Compression::kZstd);
  set_log_append_time(batch, Timestamp{5000});
  ASSERT_TRUE(validate_checksum(batch));
  Result<BatchView> view = read_batch(batch);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(view->header.compression, Compression::kZstd);
  Result<OpenedBatch> opened = OpenedBatch::open(*view, 1000);
  ASSERT_TRUE(opened);
  RecordReader reader = opened->reader();
  Record record;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(*reader.next(record));
    EXPECT_EQ(record.timestamp, Timestamp{5000});
  }
}

TEST(RecordBatch, TheLastSequenceWrapsToZero) {
  BatchHeader header;
  header.last_offset_delta = 2;
  EXPECT_EQ(header.last_sequence(), kNoSequence);
  header.base_sequence = std::numeric_limits<std::int32_t>::max() - 1;
  EXPECT_EQ(header.last_sequence(), 0);
  header.base_sequence = std::numeric_limits<std::int32_t>::max() - 2;
  EXPECT_EQ(header.last_sequence(), std::numeric_limits<std::int32_t>::max());
}

TEST(RecordBatch, AHeaderThatContradictsItselfIsCorrupt) {
  std::vector<std::byte> good = small_batch();
  auto code = [](const std::vector<std::byte>& batch) {
    Result<BatchView> view = read_batch(batch);
    return view ? std::optional<ErrorCode>() : view.error().code;
  };
  EXPECT_EQ(code(good), std::nullopt);
  using namespace batch_field;
  for (std::int32_t length :
       {-1, 0, 48, 49, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(code(with_field(good, kLength, length)), ErrorCode::kCorruptMessage) << length;
  }
  for (std::int32_t count :
       {-1, 4, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(code(with_field(good, kRecordCount, count)), ErrorCode::kCorruptMessage) << count;
  }
  EXPECT_EQ(code(with_field(good, kLastOffsetDelta, std::int32_t{1})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code(with_field(good, kLastOffsetDelta, std::int32_t{-1})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code(with_field(good, kBaseOffset, std::int64_t{-1})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code(with_field(good, kBaseOffset, std::numeric_limits<std::int64_t>::max() - 2)),
            ErrorCode::kCorruptMessage);
  EXPECT_EQ(code(with_field(good, kBaseOffset, std::numeric_limits<std::int64_t>::max() - 3)), std::nullopt);
  EXPECT_EQ(code(with_field(good, kMagic, std::int8_t{3})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code(with_field(good, kMagic, std::int8_t{1})), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(code(with_field(good, kMagic, std::int8_t{0})), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(code(with_field(good, kAttributes, std::int16_t{5})), ErrorCode::kUnsupportedCompression);
}

TEST(RecordBatch, ACountThatTheBytesCannotHoldIsCorruptBeforeAnythingIsReserved) {
  std::vector<std::byte> batch =
      with_field(small_batch(), batch_field::kLastOffsetDelta, std::numeric_limits<std::int32_t>::max());
  batch = with_field(batch, batch_field::kRecordCount, std::numeric_limits<std::int32_t>::max());
  EXPECT_FALSE(read_batch(batch));
}

TEST(RecordBatch, EveryFlippedBitUnderTheChecksumIsFound) {
  for (Compression compression : {Compression::kNone, Compression::kLz4}) {
    const std::vector<std::byte> good = small_batch(compression);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::size_t at = bit / 8;
      bool outside = at < batch_field::kLength || (at >= batch_field::kLeaderEpoch && at < batch_field::kMagic);
      std::vector<std::byte> bad = good;
      bad[at] ^= static_cast<std::byte>(1 << bit % 8);
      Result<BatchView> view = read_batch(bad);
      bool taken = view && validate_checksum(view->bytes);
      bool sign = at == 0 && bit % 8 == 7;  // of the base offset, which is never negative
      EXPECT_EQ(taken, outside && !sign) << "bit " << bit;
    }
  }
}

TEST(RecordBatch, ProducedBatchesObeyKafkasRules) {
  BatchHeader good;
  good.record_count = 1;
  EXPECT_TRUE(validate_produced(good));
  auto code = [&](auto change) {
    BatchHeader header = good;
    change(header);
    Result<void> valid = validate_produced(header);
    return valid ? std::optional<ErrorCode>() : valid.error().code;
  };
  EXPECT_EQ(code([](BatchHeader& h) { h.base_offset = Offset(5); }), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code([](BatchHeader& h) { h.last_offset_delta = 1; }), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code([](BatchHeader& h) { h.record_count = 0; }), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code([](BatchHeader& h) { h.is_control = true; }), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code([](BatchHeader& h) { h.producer_id = ProducerId(1); }), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code([](BatchHeader& h) { h.timestamp_type = TimestampType::kLogAppendTime; }),
            ErrorCode::kInvalidTimestamp);
}

TEST(RecordBatch, AnEmptyBatchKeepsOffsetsAndProducer) {
  Result<BatchHeader> header = read_batch_header(small_batch(Compression::kGzip));
  ASSERT_TRUE(header);
  std::vector<std::byte> empty = build_empty_batch(*header);
  EXPECT_EQ(empty.size(), kBatchHeaderBytes);
  Result<BatchView> view = read_batch(empty);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_TRUE(validate_checksum(empty));
  EXPECT_EQ(view->header.last_offset(), header->last_offset());
  EXPECT_EQ(view->header.last_sequence(), header->last_sequence());
  EXPECT_EQ(view->header.max_timestamp, header->max_timestamp);
  EXPECT_EQ(view->header.record_count, 0);
}

std::vector<std::byte> three_batches() {
  std::vector<std::byte> all;
  for (std::int64_t i = 0; i < 3; ++i) {
    std::vector<std::byte> batch = small_batch(i == 1 ? Compression::kSnappy : Compression::kNone);
    stamp_base_offset(batch, Offset(i * 3));
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

TEST(BatchReader, WalksBatchesToTheEnd) {
  std::vector<std::byte> all = three_batches();
  BatchReader reader(all);
  for (std::int64_t i = 0; i < 3; ++i) {
    BatchScan scan = reader.next();
    ASSERT_EQ(scan.kind, BatchScan::Kind::kBatch) << scan.error.message;
    EXPECT_EQ(scan.batch.header.base_offset, Offset(i * 3));
  }
  EXPECT_EQ(reader.next().kind, BatchScan::Kind::kEnd);
  EXPECT_EQ(reader.position(), all.size());
}

TEST(BatchReader, ABufferCutAnywhereIsATornTailNeverDamage) {
  std::vector<std::byte> all = three_batches();
  std::vector<std::size_t> starts;
  BatchReader whole(all);
  for (BatchScan scan = whole.next(); scan.kind == BatchScan::Kind::kBatch; scan = whole.next())
    starts.push_back(scan.position);
  starts.push_back(all.size());
  for (std::size_t size = 0; size <= all.size(); ++size) {
    BatchReader reader(ByteView(all).first(size));
    std::size_t read = 0;
    BatchScan scan = reader.next();
    for (; scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) ++read;
    bool clean = starts[read] == size;
    EXPECT_EQ(scan.kind, clean ? BatchScan::Kind::kEnd : BatchScan::Kind::kTorn) << size;
    EXPECT_EQ(scan.position, starts[read]);
    EXPECT_EQ(reader.next().kind, scan.kind) << "it stays where it is";
  }
}

TEST(BatchReader, DamageIsToldFromATornTail) {
  std::vector<std::byte> all = three_batches();
  std::size_t second = read_batch(all)->bytes.size();
  auto kind_with = [&](std::size_t at, std::byte value, ChecksumCheck check = ChecksumCheck::kVerify) {
    std::vector<std::byte> bad = all;
    bad[second + at] = value;
    BatchReader reader(bad, check, 1 << 20);
    EXPECT_EQ(reader.next().kind, BatchScan::Kind::kBatch);
    BatchScan scan = reader.next();
    EXPECT_EQ(scan.position, second);
    return scan.kind;
  };
  EXPECT_EQ(kind_with(batch_field::kLength, std::byte{0x80}), BatchScan::Kind::kDamaged);
  EXPECT_EQ(kind_with(batch_field::kLength, std::byte{0x7F}), BatchScan::Kind::kDamaged) << "above the limit";
  EXPECT_EQ(kind_with(batch_field::kMagic, std::byte{9}), BatchScan::Kind::kDamaged);
  EXPECT_EQ(kind_with(kBatchHeaderBytes + 3, std::byte{0xEE}), BatchScan::Kind::kDamaged);
  EXPECT_EQ(kind_with(kBatchHeaderBytes + 3, std::byte{0xEE}, ChecksumCheck::kSkip), BatchScan::Kind::kBatch);
}

TEST(BatchReader, BatchesBehindADamagedPlaceAreFound) {
  std::vector<std::byte> all = three_batches();
  std::size_t second = read_batch(all)->bytes.size();
  all[second + batch_field::kLength + 2] =
      std::byte{0x40};  // now claims more bytes than are left: looks like a torn tail
  BatchReader reader(all);
  reader.next();
  BatchScan scan = reader.next();
  ASSERT_EQ(scan.kind, BatchScan::Kind::kTorn);
  std::optional<std::size_t> third = find_batch(all, scan.position + 1, Offset(3), 1000);
  ASSERT_TRUE(third);
  EXPECT_EQ(read_batch(ByteView(all).subspan(*third))->header.base_offset, Offset(6));
  EXPECT_FALSE(find_batch(all, *third + 1, Offset(3), 1000));
  EXPECT_FALSE(find_batch(all, scan.position + 1, Offset(7), 1000));
}

}  // namespace
}  // namespace wharf
