#include "groups/core/fields.hpp"

#include <array>
#include <cstring>
#include <limits>

#include "model/byte_order.hpp"
#include "model/error.hpp"

namespace wharf::groups {

template <class T>
T FieldReader::number() {
  ByteView from = take(sizeof(T));
  return ok_ ? load_big_endian<T>(from.data()) : T{};
}

std::int16_t FieldReader::int16() { return number<std::int16_t>(); }
std::int32_t FieldReader::int32() { return number<std::int32_t>(); }
std::int64_t FieldReader::int64() { return number<std::int64_t>(); }

ByteView FieldReader::take(std::size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::uint32_t FieldReader::uvarint() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    ByteView one = take(1);
    if (!ok_) return 0;
    auto byte = static_cast<std::uint32_t>(one[0]);
    if (shift == 28 && byte > 0x0F) break;  // more than 32 bits
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::int64_t FieldReader::length(bool flexible, bool is_string) {
  if (flexible) return static_cast<std::int64_t>(uvarint()) - 1;
  return is_string ? int16() : int32();
}

std::optional<std::string> FieldReader::nullable_string(bool flexible) {
  std::int64_t size = length(flexible, true);
  if (!ok_ || size == -1) return std::nullopt;
  if (size < 0 || static_cast<std::size_t>(size) > kMaxStringBytes) ok_ = false;
  return std::string(as_text(take(static_cast<std::size_t>(size))));
}

std::string FieldReader::string(bool flexible) {
  auto text = nullable_string(flexible);
  if (!text) ok_ = false;
  return text.value_or(std::string());
}

SharedBytes FieldReader::bytes(bool flexible) {
  std::int64_t size = length(flexible, false);
  if (size < 0) ok_ = false;
  return ok_ ? SharedBytes::copy_of(take(static_cast<std::size_t>(size))) : SharedBytes();
}

std::int32_t FieldReader::count(bool flexible, std::size_t least) {
  std::int64_t count = length(flexible, false);
  if (count < -1 || (count > 0 && static_cast<std::uint64_t>(count) > rest_.size() / least)) ok_ = false;
  return ok_ ? static_cast<std::int32_t>(count) : 0;
}

Uuid FieldReader::uuid() {
  Uuid id;
  ByteView from = take(id.bytes.size());
  if (ok_) std::memcpy(id.bytes.data(), from.data(), from.size());
  return id;
}

template <class T>
void FieldWriter::number(T value) {
  std::array<std::byte, sizeof(T)> bytes{};
  store_big_endian(bytes.data(), value);
  out_.append(as_text(bytes));
}

void FieldWriter::int16(std::int16_t value) { number(value); }
void FieldWriter::int32(std::int32_t value) { number(value); }
void FieldWriter::int64(std::int64_t value) { number(value); }

void FieldWriter::uvarint(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
  out_.push_back(static_cast<char>(value));
}

void FieldWriter::string(std::string_view text, bool flexible) {
  WHARF_ASSERT(text.size() <= kMaxStringBytes);
  if (flexible) {
    uvarint(static_cast<std::uint32_t>(text.size()) + 1);
  } else {
    int16(static_cast<std::int16_t>(text.size()));
  }
  out_.append(text);
}

void FieldWriter::nullable_string(const std::optional<std::string>& text, bool flexible) {
  if (text) {
    string(*text, flexible);
  } else if (flexible) {
    uvarint(0);
  } else {
    int16(-1);
  }
}

void FieldWriter::bytes(ByteView bytes, bool flexible) {
  WHARF_ASSERT(bytes.size() < std::numeric_limits<std::int32_t>::max());
  if (flexible) {
    uvarint(static_cast<std::uint32_t>(bytes.size()) + 1);
  } else {
    int32(static_cast<std::int32_t>(bytes.size()));
  }
  out_.append(as_text(bytes));
}

void FieldWriter::uuid(const Uuid& id) { out_.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()); }

}  // namespace wharf::groups
