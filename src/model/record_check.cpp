#include "model/record_check.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "model/compression.hpp"
#include "model/record_varint.hpp"

namespace wharf {
namespace {

/// Behind the length: attributes, timestamp delta, offset delta, key length, value length, header count.
constexpr std::int64_t kMinRecordBody = static_cast<std::int64_t>(kMinRecordBytes) - 1;

/// A number of up to three bytes that is not below -1: nearly all lengths are. Anything else is not judged here.
bool read_usual(const std::byte*& at, const std::byte* end, std::int32_t& value) {
  if (at == end) return false;
  auto bits = static_cast<std::uint32_t>(*at++);
  if (bits >= 0x80) {
    if (at == end) return false;
    auto second = static_cast<std::uint32_t>(*at++);
    bits = (bits & 0x7F) | (second & 0x7F) << 7;
    if (second >= 0x80) {
      if (at == end) return false;
      auto third = static_cast<std::uint32_t>(*at++);
      if (third >= 0x80) return false;
      bits |= third << 14;
    }
  }
  value = static_cast<std::int32_t>(bits >> 1);
  if ((bits & 1) == 0) return true;
  value = -1;
  return bits == 1;
}

/// Steps over a key or value and its length.
bool skip_usual(const std::byte*& at, const std::byte* end, std::int32_t least) {
  std::int32_t length = 0;
  if (!read_usual(at, end, length) || length < least || length > end - at) return false;
  if (length > 0) at += length;
  return true;
}

/// Of up to nine bytes.
bool read_timestamp_delta(const std::byte*& at, const std::byte* end, std::int64_t& value) {
  std::uint64_t bits = 0;
  for (std::uint32_t shift = 0; shift < 7 * (kMaxVarlongBytes - 1) && at != end; shift += 7) {
    auto byte = static_cast<std::uint64_t>(*at++);
    bits |= (byte & 0x7F) << shift;
    if (byte >= 0x80) continue;
    value = static_cast<std::int64_t>((bits >> 1) ^ (std::uint64_t{0} - (bits & 1)));
    return true;
  }
  return false;
}

bool is_usual_record(const std::byte* at, const std::byte* end, std::int32_t offset_delta, std::int32_t least_key,
                     std::int64_t& timestamp_delta) {
  if (at == end) return false;
  ++at;  // attributes: none are defined
  std::int32_t delta = 0;
  if (!read_timestamp_delta(at, end, timestamp_delta) || !read_usual(at, end, delta) || delta != offset_delta)
    return false;
  if (!skip_usual(at, end, least_key) || !skip_usual(at, end, -1)) return false;
  std::int32_t headers = 0;
  if (!read_usual(at, end, headers)) return false;
  for (; headers > 0; --headers) {
    if (!skip_usual(at, end, 0) || !skip_usual(at, end, -1)) return false;
  }
  return headers == 0 && at == end;
}

}  // namespace

std::unexpected<Error> RecordCheck::invalid(const char* why) const {
  return fail(ErrorCode::kInvalidRecord, fmt::format("record {} of the {} in the batch: {}", read_, count_, why));
}

/// As many as are whole and of the usual kind; the first that is not is left to take_part(). Where a record ends is
/// known from its length alone, so the processor looks into several at a time.
const std::byte* RecordCheck::take_whole_records(const std::byte* at, const std::byte* end) {
  std::int32_t least_key = keys_ == RecordKeys::kRequired ? 0 : -1;
  std::int32_t read = read_;
  std::int64_t smallest = smallest_delta_;
  std::int64_t largest = largest_delta_;
  while (read < count_) {
    const std::byte* body = at;
    std::int32_t length = 0;
    if (!read_usual(body, end, length) || length < 0 || length > end - body) break;
    const std::byte* next = body + length;
    std::int64_t delta = 0;
    if (!is_usual_record(body, next, read, least_key, delta)) break;
    smallest = std::min(smallest, delta);
    largest = std::max(largest, delta);
    at = next;
    ++read;
  }
  read_ = read;
  smallest_delta_ = smallest;
  largest_delta_ = largest;
  return at;
}

/// Field by field, until the record ends, something is wrong or the piece is used up.
const std::byte* RecordCheck::take_part(const std::byte* at, const std::byte* end) {
  do {
    if (over_ == 0) {
      take_byte(static_cast<std::uint8_t>(*at++));
      continue;
    }
    std::uint64_t taken = std::min(over_, static_cast<std::uint64_t>(end - at));
    over_ -= taken;
    at += taken;
  } while (at != end && wrong_ == nullptr && !between_records());
  return at;
}

void RecordCheck::take_byte(std::uint8_t byte) {
  if (field_ != Field::kLength && left_-- == 0) return refuse("its fields do not fit its length");
  if (field_ == Field::kAttributes) {
    field_ = Field::kTimestampDelta;
    return;
  }
  std::size_t most = field_ == Field::kTimestampDelta ? kMaxVarlongBytes : kMaxVarintBytes;
  std::uint32_t bits_in_last = field_ == Field::kTimestampDelta ? 1 : 4;
  if (number_bytes_ == most - 1 && byte >> bits_in_last != 0) return refuse("a number in it is too large");
  number_ |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * number_bytes_);
  ++number_bytes_;
  if (byte >= 0x80) return;
  std::uint64_t bits = number_;
  number_ = 0;
  number_bytes_ = 0;
  take_number(static_cast<std::int64_t>((bits >> 1) ^ (std::uint64_t{0} - (bits & 1))));
}

void RecordCheck::take_number(std::int64_t value) {
  switch (field_) {
    case Field::kLength:
      if (value < kMinRecordBody) return refuse("its length is too short for a record");
      left_ = static_cast<std::uint64_t>(value);
      field_ = Field::kAttributes;
      return;
    case Field::kAttributes:
      return;  // not a number
    case Field::kTimestampDelta:
      smallest_delta_ = std::min(smallest_delta_, value);
      largest_delta_ = std::max(largest_delta_, value);
      field_ = Field::kOffsetDelta;
      return;
    case Field::kOffsetDelta:
      if (value != read_) return refuse("its offset delta is not its place");
      field_ = Field::kKeyLength;
      return;
    case Field::kKeyLength:
      if (value == -1 && keys_ == RecordKeys::kRequired)
        return refuse("a compacted topic does not take records without a key");
      return step_over(value, Field::kValueLength);
    case Field::kValueLength:
      return step_over(value, Field::kHeaderCount);
    case Field::kHeaderCount:
      // The shortest header is two bytes: a key length and a value length.
      if (value < 0 || static_cast<std::uint64_t>(value) > left_ / 2)
        return refuse("its headers do not fit its length");
      headers_left_ = static_cast<std::int32_t>(value);
      return next_header();
    case Field::kHeaderKeyLength:
      if (value < 0) return refuse("a header of it has no key");
      return step_over(value, Field::kHeaderValueLength);
    case Field::kHeaderValueLength:
      step_over(value, Field::kHeaderKeyLength);
      return wrong_ == nullptr ? next_header() : void();
  }
}

void RecordCheck::step_over(std::int64_t length, Field then) {
  field_ = then;
  if (length == -1) return;
  if (length < 0 || static_cast<std::uint64_t>(length) > left_) return refuse("its fields do not fit its length");
  over_ = static_cast<std::uint64_t>(length);
  left_ -= over_;
}

/// Or the record's end, where there is none.
void RecordCheck::next_header() {
  field_ = Field::kHeaderKeyLength;
  if (headers_left_-- > 0) return;
  if (left_ != 0) return refuse("it is longer than its fields");
  field_ = Field::kLength;
  ++read_;
}

Result<void> RecordCheck::take(ByteView piece) {
  const std::byte* at = piece.data();
  const std::byte* end = at + piece.size();
  while (at != end && wrong_ == nullptr) {
    if (between_records()) at = take_whole_records(at, end);
    if (at == end) break;
    if (between_records() && read_ == count_) return invalid("more bytes follow than the batch has records");
    at = take_part(at, end);
  }
  if (wrong_ != nullptr) return invalid(wrong_);
  return {};
}

Result<void> RecordCheck::finish() const {
  if (wrong_ != nullptr) return invalid(wrong_);
  if (!between_records()) return invalid("the batch ends inside it");
  if (read_ < count_) return invalid("it is missing");
  return {};
}

RecordTimes RecordCheck::times(Timestamp base) const {
  if (read_ == 0) return {};
  auto from_base = [base](std::int64_t delta) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(base.ms, delta, &sum)) return Timestamp{sum};
    return Timestamp{delta < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max()};
  };
  return {from_base(smallest_delta_), from_base(largest_delta_)};
}

Result<RecordTimes> check_records(const BatchView& batch, RecordKeys keys, std::size_t limit, Decoders& decoders) {
  RecordCheck check(batch.header.record_count, keys);
  Result<void> taken;
  if (batch.header.compression == Compression::kNone) {
    taken = check.take(batch.records());
  } else {
    auto take = [&check](ByteView piece) { return check.take(piece); };
    taken = decompress_in_pieces(batch.header.compression, batch.records(), limit, decoders, take);
    if (!taken && taken.error().code == ErrorCode::kCorruptMessage) {
      return fail(ErrorCode::kInvalidRecord, fmt::format("the records do not decompress: {}", taken.error().message));
    }
  }
  if (taken) taken = check.finish();
  if (!taken) return fail(taken.error());
  return check.times(batch.header.base_timestamp);
}

}  // namespace wharf
