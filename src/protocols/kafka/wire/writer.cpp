#include "protocols/kafka/wire/writer.hpp"

#include <array>
#include <bit>
#include <limits>

#include <fmt/format.h>

namespace wharf::kafka {
namespace {

constexpr std::size_t kFirstCapacity = 512;
constexpr std::size_t kMaxUvarintBytes = 5;

std::size_t put_uvarint(std::byte* to, std::uint32_t value) {
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) to[size++] = static_cast<std::byte>(value | 0x80);
  to[size++] = static_cast<std::byte>(value);
  return size;
}

}  // namespace

void Writer::enlarge(std::size_t more) {
  std::size_t capacity = std::max({size_ + more, capacity_ * 2, kFirstCapacity});
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), buffer_.get(), size_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
}

void Writer::float64(double value) {
  integer(std::bit_cast<std::uint64_t>(value));
}

void Writer::uvarint(std::uint32_t value) {
  std::byte* at = grow(kMaxUvarintBytes);
  size_ -= kMaxUvarintBytes - put_uvarint(at, value);
}

void Writer::varint(std::int32_t value) {
  uvarint(static_cast<std::uint32_t>(value) << 1 ^ static_cast<std::uint32_t>(value >> 31));
}

void Writer::varlong(std::int64_t value) {
  std::uint64_t raw = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; raw >= 0x80; raw >>= 7) integer(static_cast<std::uint8_t>(raw | 0x80));
  integer(static_cast<std::uint8_t>(raw));
}

void Writer::uuid(const Uuid& id) {
  raw(std::as_bytes(std::span(id.bytes)));
}

void Writer::raw(ByteView content) {
  if (content.empty()) return;
  std::memcpy(grow(content.size()), content.data(), content.size());
}

void Writer::string(std::string_view text) {
  if (flexible_) {
    bytes_length(text.size());
  } else {
    if (text.size() > std::numeric_limits<std::int16_t>::max()) {
      fail_here(ErrorCode::kTooLarge, fmt::format("has {} bytes, a string here has at most 32767", text.size()));
      return;
    }
    integer(static_cast<std::int16_t>(text.size()));
  }
  raw(as_bytes(text));
}

void Writer::null_string() {
  if (flexible_) {
    uvarint(0);
  } else {
    integer<std::int16_t>(-1);
  }
}

void Writer::bytes_length(std::size_t length) {
  if (length >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    fail_here(ErrorCode::kTooLarge, fmt::format("has the length {}, above what Kafka's messages can say", length));
    return;
  }
  if (flexible_) {
    uvarint(static_cast<std::uint32_t>(length) + 1);
  } else {
    integer(static_cast<std::int32_t>(length));
  }
}

void Writer::bytes(ByteView content) {
  bytes_length(content.size());
  if (ok()) raw(content);
}

void Writer::null_bytes() {
  if (flexible_) {
    uvarint(0);
  } else {
    integer<std::int32_t>(-1);
  }
}

void Writer::records(const Records& records) {
  if (!records.is_external()) return bytes(records.view());
  bytes_length(records.size());
  if (!ok() || records.size() == 0) return;
  splices_.push_back({size_, records.size(), records.token()});
  external_size_ += records.size();
}

void Writer::array_count(std::size_t count) {
  bytes_length(count);
}

void Writer::end_sized(std::size_t start) {
  std::size_t length = size_ - start;
  if (length > std::numeric_limits<std::int32_t>::max()) return fail_here(ErrorCode::kTooLarge, "is too large");
  std::array<std::byte, kMaxUvarintBytes> prefix;
  std::size_t prefix_size = put_uvarint(prefix.data(), static_cast<std::uint32_t>(length));
  grow(prefix_size);
  std::memmove(buffer_.get() + start + prefix_size, buffer_.get() + start, length);
  std::memcpy(buffer_.get() + start, prefix.data(), prefix_size);
}

void Writer::patch_int32(std::size_t position, std::int32_t value) {
  WHARF_ASSERT(position + sizeof value <= size_);
  store_big_endian(buffer_.get() + position, value);
}

void Writer::rewind(const Mark& mark) {
  WHARF_ASSERT(mark.size <= size_ && mark.splices <= splices_.size());
  size_ = mark.size;
  external_size_ = mark.external_size;
  splices_.resize(mark.splices);
  failure_.forget();
}

}  // namespace wharf::kafka
