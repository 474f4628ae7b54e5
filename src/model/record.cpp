#include "model/record.hpp"

#include <fmt/format.h>

#include "model/record_varint.hpp"

namespace wharf {
namespace {

/// A length and that many bytes; -1 is null, anything below is damage.
std::optional<ByteView> nullable_bytes(FieldCursor& cursor) {
  std::int32_t length = cursor.varint();
  if (length == -1) return {};
  return cursor.bytes(length);
}

RecordHeader read_header(FieldCursor& cursor) {
  ByteView key = cursor.bytes(cursor.varint());
  return {as_text(key), nullable_bytes(cursor)};
}

/// Walks the rest of the record, which must be exactly its headers.
RecordHeaders read_headers(FieldCursor& cursor, bool& valid) {
  std::int32_t count = cursor.varint();
  // The shortest header is two bytes: a key length and a value length.
  valid = !cursor.failed() && count >= 0 && static_cast<std::size_t>(count) <= cursor.left() / 2;
  if (!valid) return {};
  ByteView encoded(cursor.position(), cursor.left());
  for (std::int32_t i = 0; i < count && !cursor.failed(); ++i) read_header(cursor);
  valid = !cursor.failed() && cursor.left() == 0;
  return {encoded, count};
}

}  // namespace

RecordHeaders::Iterator& RecordHeaders::Iterator::operator++() {
  if (left_-- <= 0) return *this;
  FieldCursor cursor(rest_);
  current_ = read_header(cursor);
  WHARF_ASSERT(!cursor.failed());
  rest_ = rest_.last(cursor.left());
  return *this;
}

std::optional<RecordHeader> RecordHeaders::last(std::string_view key) const {
  std::optional<RecordHeader> found;
  for (RecordHeader header : *this) {
    if (header.key == key) found = header;
  }
  return found;
}

RecordReader::RecordReader(const BatchHeader& header, ByteView records)
    : rest_(records),
      base_offset_(header.base_offset),
      last_offset_delta_(header.last_offset_delta),
      base_timestamp_ms_(header.base_timestamp.ms),
      count_(header.record_count) {
  if (header.timestamp_type == TimestampType::kLogAppendTime) append_time_ = header.max_timestamp;
}

std::unexpected<Error> RecordReader::invalid(std::string_view why) const {
  return fail(ErrorCode::kInvalidRecord,
              fmt::format("record {} of {} in the batch at offset {}: {}", read_, count_, base_offset_.value, why));
}

Result<bool> RecordReader::finish() const {
  if (!rest_.empty()) return invalid("more bytes follow than the batch has records");
  return false;
}

Result<bool> RecordReader::next(Record& record) {
  if (read_ == count_) return finish();
  FieldCursor outer(rest_);
  ByteView body = outer.bytes(outer.varint());
  if (outer.failed()) return invalid("its length does not fit the bytes left");

  FieldCursor cursor(body);
  cursor.byte();  // attributes: none are defined
  std::int64_t timestamp_delta = cursor.varlong();
  std::int32_t offset_delta = cursor.varint();
  record.key = nullable_bytes(cursor);
  record.value = nullable_bytes(cursor);
  bool headers_valid = false;
  record.headers = read_headers(cursor, headers_valid);
  if (!headers_valid) return invalid("its fields do not fit its length");
  if (offset_delta <= previous_delta_ || offset_delta > last_offset_delta_) {
    return invalid(
        fmt::format("offset delta {} after {}, with {} the last", offset_delta, previous_delta_, last_offset_delta_));
  }

  // Unsigned: two hostile numbers may overflow, and then wrap as Java's do.
  auto timestamp = static_cast<std::int64_t>(static_cast<std::uint64_t>(base_timestamp_ms_) +
                                             static_cast<std::uint64_t>(timestamp_delta));
  record.offset = base_offset_.plus(offset_delta);
  record.timestamp = append_time_.value_or(Timestamp{timestamp});
  rest_ = rest_.last(outer.left());
  previous_delta_ = offset_delta;
  ++read_;
  return true;
}

Result<OpenedBatch> OpenedBatch::open(const BatchView& batch, std::size_t limit) {
  OpenedBatch opened(batch);
  if (batch.header.compression == Compression::kNone || batch.header.record_count == 0) return opened;
  Result<std::vector<std::byte>> plain = decompress(batch.header.compression, batch.records(), limit);
  if (!plain) return fail(std::move(plain.error()));
  opened.decompressed_ = std::move(*plain);
  return opened;
}

}  // namespace wharf
