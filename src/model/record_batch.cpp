#include "model/record_batch.hpp"

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/crc32c.hpp"

namespace wharf {
namespace {

// attributes
constexpr std::uint16_t kCompressionMask = 0x07;
constexpr std::uint16_t kLogAppendTimeBit = 0x08;
constexpr std::uint16_t kTransactionalBit = 0x10;
constexpr std::uint16_t kControlBit = 0x20;
constexpr std::uint16_t kDeleteHorizonBit = 0x40;

constexpr std::int32_t kMinLength = static_cast<std::int32_t>(kBatchHeaderBytes - kBatchOverheadBytes);

template <std::integral T>
T field(ByteView batch, std::size_t at) {
  return load_big_endian<T>(batch.data() + at);
}
template <std::integral T>
void set_field(MutableBytes batch, std::size_t at, T value) {
  store_big_endian(batch.data() + at, value);
}

std::unexpected<Error> corrupt(std::string why) {
  return fail(ErrorCode::kCorruptMessage, std::move(why));
}

std::uint16_t attributes_of(const BatchHeader& header) {
  auto bits = static_cast<std::uint16_t>(header.compression);
  if (header.timestamp_type == TimestampType::kLogAppendTime) bits |= kLogAppendTimeBit;
  if (header.is_transactional) bits |= kTransactionalBit;
  if (header.is_control) bits |= kControlBit;
  if (header.has_delete_horizon) bits |= kDeleteHorizonBit;
  return bits;
}

Result<void> check_magic(std::int8_t magic) {
  if (magic == kBatchMagic) return {};
  if (magic == 0 || magic == 1) {
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("message format v{} where v2 is expected", magic));
  }
  return corrupt(fmt::format("record batch with magic {}", magic));
}

Result<void> check_plausible(const BatchHeader& header) {
  if (header.base_offset.value < 0)
    return corrupt(fmt::format("record batch with base offset {}", header.base_offset.value));
  if (header.last_offset_delta < 0)
    return corrupt(fmt::format("record batch with last offset delta {}", header.last_offset_delta));
  if (header.base_offset.value > std::numeric_limits<std::int64_t>::max() - header.last_offset_delta - 1) {
    return corrupt("record batch whose offsets pass the largest one");
  }
  if (header.record_count < 0 || header.record_count > std::int64_t{header.last_offset_delta} + 1) {
    return corrupt(fmt::format("record batch that claims {} records for {} offsets", header.record_count,
                               std::int64_t{header.last_offset_delta} + 1));
  }
  std::size_t records_bytes = header.size_bytes - kBatchHeaderBytes;
  auto count = static_cast<std::size_t>(header.record_count);
  bool fits = header.compression == Compression::kNone ? count <= records_bytes / kMinRecordBytes
                                                       : records_bytes > 0 || count == 0;
  if (!fits) return corrupt(fmt::format("record batch that claims {} records in {} bytes", count, records_bytes));
  return {};
}

}  // namespace

std::int32_t BatchHeader::last_sequence() const {
  if (base_sequence == kNoSequence) return kNoSequence;
  std::int64_t last = std::int64_t{base_sequence} + last_offset_delta;
  return static_cast<std::int32_t>(last & std::numeric_limits<std::int32_t>::max());
}

Result<BatchHeader> read_batch_header(ByteView bytes) {
  if (bytes.size() < kBatchHeaderBytes)
    return corrupt(fmt::format("record batch header cut after {} bytes", bytes.size()));
  if (Result<void> known = check_magic(field<std::int8_t>(bytes, batch_field::kMagic)); !known)
    return fail(known.error());
  auto length = field<std::int32_t>(bytes, batch_field::kLength);
  if (length < kMinLength) return corrupt(fmt::format("record batch with length {}, shorter than its header", length));
  auto attributes = field<std::uint16_t>(bytes, batch_field::kAttributes);
  if ((attributes & kCompressionMask) > kLastCompression) {
    return fail(ErrorCode::kUnsupportedCompression,
                fmt::format("unknown compression codec {}", attributes & kCompressionMask));
  }

  BatchHeader header;
  header.base_offset = Offset(field<std::int64_t>(bytes, batch_field::kBaseOffset));
  header.size_bytes = static_cast<std::size_t>(length) + kBatchOverheadBytes;
  header.leader_epoch = LeaderEpoch(field<std::int32_t>(bytes, batch_field::kLeaderEpoch));
  header.checksum = field<std::uint32_t>(bytes, batch_field::kChecksum);
  header.compression = static_cast<Compression>(attributes & kCompressionMask);
  header.timestamp_type =
      (attributes & kLogAppendTimeBit) != 0 ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  header.is_transactional = (attributes & kTransactionalBit) != 0;
  header.is_control = (attributes & kControlBit) != 0;
  header.has_delete_horizon = (attributes & kDeleteHorizonBit) != 0;
  header.last_offset_delta = field<std::int32_t>(bytes, batch_field::kLastOffsetDelta);
  header.base_timestamp = Timestamp{field<std::int64_t>(bytes, batch_field::kBaseTimestamp)};
  header.max_timestamp = Timestamp{field<std::int64_t>(bytes, batch_field::kMaxTimestamp)};
  header.producer_id = ProducerId(field<std::int64_t>(bytes, batch_field::kProducerId));
  header.producer_epoch = ProducerEpoch(field<std::int16_t>(bytes, batch_field::kProducerEpoch));
  header.base_sequence = field<std::int32_t>(bytes, batch_field::kBaseSequence);
  header.record_count = field<std::int32_t>(bytes, batch_field::kRecordCount);
  if (Result<void> plausible = check_plausible(header); !plausible) return fail(plausible.error());
  return header;
}

Result<BatchView> read_batch(ByteView bytes) {
  Result<BatchHeader> header = read_batch_header(bytes);
  if (!header) return fail(header.error());
  if (header->size_bytes > bytes.size()) {
    return corrupt(fmt::format("record batch of {} bytes cut after {}", header->size_bytes, bytes.size()));
  }
  return BatchView{*header, bytes.first(header->size_bytes)};
}

std::uint32_t compute_checksum(ByteView batch) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  return crc32c(batch.subspan(batch_field::kAttributes));
}

Result<void> validate_checksum(ByteView batch) {
  auto stored = field<std::uint32_t>(batch, batch_field::kChecksum);
  std::uint32_t computed = compute_checksum(batch);
  if (stored == computed) return {};
  return corrupt(fmt::format("record batch with checksum {:08x} whose bytes give {:08x}", stored, computed));
}

Result<void> validate_produced(const BatchHeader& header) {
  auto invalid = [](std::string why) { return fail(ErrorCode::kInvalidRecord, std::move(why)); };
  if (header.base_offset != Offset(0)) return invalid("the base offset of a produced record batch must be 0");
  if (header.record_count == 0) return invalid("a produced record batch must have records");
  if (header.record_count != std::int64_t{header.last_offset_delta} + 1) {
    return invalid("the record count of a produced record batch must match its offsets");
  }
  if (header.is_control) return invalid("clients must not write control records");
  if (header.has_producer_id() && header.base_sequence < 0)
    return invalid("an idempotent record batch needs a sequence number");
  if (header.timestamp_type == TimestampType::kLogAppendTime) {
    return fail(ErrorCode::kInvalidTimestamp, "a producer must not set the timestamp type to LogAppendTime");
  }
  return {};
}

void stamp_base_offset(MutableBytes batch, Offset base_offset) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  set_field(batch, batch_field::kBaseOffset, base_offset.value);
}

void stamp_leader_epoch(MutableBytes batch, LeaderEpoch epoch) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  set_field(batch, batch_field::kLeaderEpoch, epoch.value);
}

void set_log_append_time(MutableBytes batch, Timestamp now) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  auto attributes = field<std::uint16_t>(batch, batch_field::kAttributes);
  set_field(batch, batch_field::kAttributes, static_cast<std::uint16_t>(attributes | kLogAppendTimeBit));
  set_field(batch, batch_field::kMaxTimestamp, now.ms);
  set_field(batch, batch_field::kChecksum, compute_checksum(batch));
}

void set_max_timestamp(MutableBytes batch, Timestamp largest) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  set_field(batch, batch_field::kMaxTimestamp, largest.ms);
  set_field(batch, batch_field::kChecksum, compute_checksum(batch));
}

void set_producer(MutableBytes batch, ProducerId id, ProducerEpoch epoch, std::int32_t base_sequence) {
  WHARF_ASSERT(batch.size() >= kBatchHeaderBytes);
  set_field(batch, batch_field::kProducerId, id.value);
  set_field(batch, batch_field::kProducerEpoch, epoch.value);
  set_field(batch, batch_field::kBaseSequence, base_sequence);
  set_field(batch, batch_field::kChecksum, compute_checksum(batch));
}

void write_batch_header(MutableBytes batch, const BatchHeader& header) {
  WHARF_ASSERT(batch.size() == header.size_bytes && batch.size() >= kBatchHeaderBytes &&
               batch.size() <= kMaxBatchBytes);
  set_field(batch, batch_field::kBaseOffset, header.base_offset.value);
  set_field(batch, batch_field::kLength, static_cast<std::int32_t>(header.size_bytes - kBatchOverheadBytes));
  set_field(batch, batch_field::kLeaderEpoch, header.leader_epoch.value);
  set_field(batch, batch_field::kMagic, kBatchMagic);
  set_field(batch, batch_field::kAttributes, attributes_of(header));
  set_field(batch, batch_field::kLastOffsetDelta, header.last_offset_delta);
  set_field(batch, batch_field::kBaseTimestamp, header.base_timestamp.ms);
  set_field(batch, batch_field::kMaxTimestamp, header.max_timestamp.ms);
  set_field(batch, batch_field::kProducerId, header.producer_id.value);
  set_field(batch, batch_field::kProducerEpoch, header.producer_epoch.value);
  set_field(batch, batch_field::kBaseSequence, header.base_sequence);
  set_field(batch, batch_field::kRecordCount, header.record_count);
  set_field(batch, batch_field::kChecksum, compute_checksum(batch));
}

std::vector<std::byte> build_empty_batch(BatchHeader header) {
  header.size_bytes = kBatchHeaderBytes;
  header.compression = Compression::kNone;
  header.record_count = 0;
  header.has_delete_horizon = false;
  header.base_timestamp = kNoTimestamp;
  std::vector<std::byte> batch(kBatchHeaderBytes);
  write_batch_header(batch, header);
  return batch;
}

}  // namespace wharf
