#include "protocols/kafka/wire/reader.hpp"

#include <bit>

#include <fmt/format.h>

namespace wharf::kafka {

double Reader::float64() {
  return std::bit_cast<double>(integer<std::uint64_t>());
}

std::uint32_t Reader::uvarint() {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    auto byte = integer<std::uint8_t>();
    if (!ok()) return 0;
    if (shift == 28 && byte > 0x0F) break;
    value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail_here(ErrorCode::kMalformed, "is a variable-length number of more than 32 bits");
  return 0;
}

std::int32_t Reader::varint() {
  std::uint32_t raw = uvarint();
  return static_cast<std::int32_t>((raw >> 1) ^ (~(raw & 1) + 1));
}

std::int64_t Reader::varlong() {
  std::uint64_t raw = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    auto byte = integer<std::uint8_t>();
    if (!ok()) return 0;
    if (shift == 63 && byte > 0x01) break;
    raw |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  fail_here(ErrorCode::kMalformed, "is a variable-length number of more than 64 bits");
  return 0;
}

Uuid Reader::uuid() {
  Uuid id;
  ByteView raw = view(id.bytes.size());
  if (raw.size() == id.bytes.size()) std::memcpy(id.bytes.data(), raw.data(), raw.size());
  return id;
}

ByteView Reader::view(std::size_t size) {
  if (size > bytes_left()) return end_too_early(), ByteView{};
  ByteView result(at_, size);
  at_ += size;
  return result;
}

std::int64_t Reader::string_length() {
  if (flexible_) return static_cast<std::int64_t>(uvarint()) - 1;
  return integer<std::int16_t>();
}

std::int64_t Reader::bytes_length() {
  if (flexible_) return static_cast<std::int64_t>(uvarint()) - 1;
  return integer<std::int32_t>();
}

/// Whether a field of this length follows: false for null and for what cannot be.
bool Reader::take_length(std::int64_t length) {
  if (!ok() || length == -1) return false;
  if (length < -1) return fail_here(ErrorCode::kMalformed, fmt::format("has the length {}", length)), false;
  if (static_cast<std::uint64_t>(length) > bytes_left()) return end_too_early(), false;
  return true;
}

std::optional<std::string> Reader::nullable_string() {
  std::int64_t length = string_length();
  if (!take_length(length)) return std::nullopt;
  return std::string(as_text(view(static_cast<std::size_t>(length))));
}

std::string Reader::string() {
  std::int64_t length = string_length();
  if (take_length(length)) return std::string(as_text(view(static_cast<std::size_t>(length))));
  if (ok()) null_where_forbidden();
  return {};
}

std::optional<Bytes> Reader::nullable_bytes() {
  std::int64_t length = bytes_length();
  if (!take_length(length)) return std::nullopt;
  ByteView raw = view(static_cast<std::size_t>(length));
  return Bytes(raw.begin(), raw.end());
}

Bytes Reader::bytes() {
  std::optional<Bytes> value = nullable_bytes();
  if (value) return std::move(*value);
  if (ok()) null_where_forbidden();
  return {};
}

std::optional<Records> Reader::nullable_records() {
  std::int64_t length = bytes_length();
  if (!take_length(length)) return std::nullopt;
  return Records(view(static_cast<std::size_t>(length)));
}

std::int64_t Reader::array_count(std::size_t element_wire_bytes, std::size_t element_memory_bytes) {
  std::int64_t count = bytes_length();
  if (!ok() || count == -1) return -1;
  if (count < -1) return fail_here(ErrorCode::kMalformed, fmt::format("has the length {}", count)), -1;
  auto elements = static_cast<std::uint64_t>(count);
  if (elements > bytes_left() / std::max<std::size_t>(element_wire_bytes, 1)) {
    fail_here(ErrorCode::kMalformed,
              fmt::format("claims {} elements, but only {} bytes are left", count, bytes_left()));
    return -1;
  }
  std::uint64_t memory = elements * element_memory_bytes;  // no overflow: elements are at most the frame's bytes
  if (memory > elements_left_) {
    fail_here(ErrorCode::kTooLarge, fmt::format("has {} elements, more than one message may bring", count));
    return -1;
  }
  elements_left_ -= memory;
  return count;
}

void Reader::skip_tagged_fields() {
  for (std::uint32_t count = uvarint(); count > 0 && ok(); --count) {
    uvarint();  // the tag
    view(uvarint());
  }
}

const std::byte* Reader::enter(std::size_t size) {
  const std::byte* outer_end = end_;
  if (size > bytes_left()) {
    end_too_early();
  } else {
    end_ = at_ + size;
  }
  return outer_end;
}

void Reader::leave(const std::byte* outer_end) {
  if (ok() && at_ != end_) fail_here(ErrorCode::kMalformed, "has more bytes than its type");
  if (ok()) end_ = outer_end;
}

}  // namespace wharf::kafka
