#include "model/record_batch_builder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/record_varint.hpp"

namespace wharf {
namespace {

std::int32_t length_of(ByteView bytes) {
  WHARF_ASSERT(bytes.size() <= std::numeric_limits<std::int32_t>::max());
  return static_cast<std::int32_t>(bytes.size());
}

std::byte* put_bytes(std::byte* to, ByteView bytes) {
  return std::copy(bytes.begin(), bytes.end(), to);
}

std::byte* put_nullable(std::byte* to, const std::optional<ByteView>& bytes) {
  to = put_varint(to, bytes ? length_of(*bytes) : -1);
  return bytes ? put_bytes(to, *bytes) : to;
}

std::size_t nullable_size(const std::optional<ByteView>& bytes) {
  return bytes ? varint_size(length_of(*bytes)) + bytes->size() : varint_size(-1);
}

}  // namespace

BatchBuilder::BatchBuilder(const BatchOptions& options)
    : compression_level_(options.compression_level), bytes_(kBatchHeaderBytes) {
  header_.base_offset = options.base_offset;
  header_.leader_epoch = options.leader_epoch;
  header_.compression = options.compression;
  header_.producer_id = options.producer_id;
  header_.producer_epoch = options.producer_epoch;
  header_.base_sequence = options.base_sequence;
  header_.is_transactional = options.is_transactional;
  header_.is_control = options.is_control;
  header_.last_offset_delta = -1;
  if (options.log_append_time) {
    header_.timestamp_type = TimestampType::kLogAppendTime;
    header_.max_timestamp = *options.log_append_time;
  }
  if (options.delete_horizon) {
    header_.has_delete_horizon = true;
    header_.base_timestamp = *options.delete_horizon;
  }
}

void BatchBuilder::set_number(const MessageNumber& number) {
  header_.producer_id = number.sender;
  header_.producer_epoch = number.epoch;
  header_.base_sequence = number.number;
}

void BatchBuilder::append_at(Offset offset, const NewRecord& record) {
  headers_.clear();
  for (const RecordHeader& header : record.headers) {
    std::size_t at = headers_.size();
    std::optional<ByteView> key = as_bytes(header.key);
    headers_.resize(at + nullable_size(key) + nullable_size(header.value));
    put_nullable(put_nullable(headers_.data() + at, key), header.value);
  }
  append_fields(offset, record, headers_, static_cast<std::int32_t>(record.headers.size()));
}

void BatchBuilder::copy(const Record& record) {
  append_fields(record.offset, {.timestamp = record.timestamp, .key = record.key, .value = record.value, .headers = {}},
                record.headers.encoded(), static_cast<std::int32_t>(record.headers.size()));
}

void BatchBuilder::append_fields(Offset offset, const NewRecord& record, ByteView encoded_headers,
                                 std::int32_t header_count) {
  std::int64_t offset_delta = offset.value - header_.base_offset.value;
  WHARF_ASSERT(offset_delta > header_.last_offset_delta && offset_delta <= std::numeric_limits<std::int32_t>::max());
  if (header_.record_count == 0 && !header_.has_delete_horizon) header_.base_timestamp = record.timestamp;
  header_.last_offset_delta = static_cast<std::int32_t>(offset_delta);
  ++header_.record_count;
  if (header_.timestamp_type == TimestampType::kCreateTime)
    header_.max_timestamp = std::max(header_.max_timestamp, record.timestamp);

  // Unsigned, so that far apart timestamps wrap instead of overflow; the reader wraps them back.
  auto timestamp_delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(record.timestamp.ms) -
                                                   static_cast<std::uint64_t>(header_.base_timestamp.ms));
  std::size_t size = 1 + varint_size(timestamp_delta) + varint_size(header_.last_offset_delta) +
                     nullable_size(record.key) + nullable_size(record.value) + varint_size(header_count) +
                     encoded_headers.size();
  WHARF_ASSERT(size <= std::numeric_limits<std::int32_t>::max());
  std::size_t at = bytes_.size();
  bytes_.resize(at + varint_size(static_cast<std::int32_t>(size)) + size);
  std::byte* to = put_varint(bytes_.data() + at, static_cast<std::int32_t>(size));
  *to++ = std::byte{0};  // attributes
  to = put_varint(to, timestamp_delta);
  to = put_varint(to, header_.last_offset_delta);
  to = put_nullable(to, record.key);
  to = put_nullable(to, record.value);
  to = put_varint(to, header_count);
  to = put_bytes(to, encoded_headers);
  WHARF_ASSERT(to == bytes_.data() + bytes_.size());
}

void BatchBuilder::extend_to(Offset last) {
  std::int64_t delta = last.value - header_.base_offset.value;
  WHARF_ASSERT(delta >= header_.last_offset_delta && delta <= std::numeric_limits<std::int32_t>::max());
  header_.last_offset_delta = static_cast<std::int32_t>(delta);
}

Result<std::vector<std::byte>> BatchBuilder::finish() {
  WHARF_ASSERT(header_.last_offset_delta >= 0);  // a batch takes at least one offset
  if (header_.record_count == 0) return build_empty_batch(header_);
  if (header_.compression != Compression::kNone) {
    Result<std::vector<std::byte>> packed =
        compress(header_.compression, ByteView(bytes_).subspan(kBatchHeaderBytes), compression_level_);
    if (!packed) return fail(std::move(packed.error()));
    bytes_.resize(kBatchHeaderBytes + packed->size());
    put_bytes(bytes_.data() + kBatchHeaderBytes, *packed);
  }
  if (bytes_.size() > kMaxBatchBytes)
    return fail(ErrorCode::kTooLarge, fmt::format("a record batch of {} bytes", bytes_.size()));
  header_.size_bytes = bytes_.size();
  write_batch_header(bytes_, header_);
  return std::move(bytes_);
}

}  // namespace wharf
