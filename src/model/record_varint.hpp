#pragma once
// The zigzag variable-length integers inside records (Protocol Buffers' encoding): 7 bits a byte, the low ones first,
// small numbers of either sign short. At most 5 bytes for 32 bits, 10 for 64.
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "model/bytes.hpp"

namespace wharf {

inline constexpr std::size_t kMaxVarintBytes = 5;
inline constexpr std::size_t kMaxVarlongBytes = 10;

template <std::signed_integral T>
constexpr std::make_unsigned_t<T> zigzag(T value) {
  using Bits = std::make_unsigned_t<T>;
  return static_cast<Bits>(static_cast<Bits>(value) << 1) ^ static_cast<Bits>(value >> (sizeof(T) * 8 - 1));
}

template <std::signed_integral T>
constexpr std::size_t varint_size(T value) {
  auto bits = static_cast<std::size_t>(std::bit_width(zigzag(value) | 1u));
  return (bits + 6) / 7;
}

/// Writes at `to`, where varint_size() bytes are free, and returns where it ended.
template <std::signed_integral T>
std::byte* put_varint(std::byte* to, T value) {
  auto left = zigzag(value);
  while (left >= 0x80) {
    *to++ = static_cast<std::byte>((left & 0x7F) | 0x80);
    left = static_cast<decltype(left)>(left >> 7);
  }
  *to++ = static_cast<std::byte>(left);
  return to;
}

/// Reads record fields from the front of a range. After a field that is not there or does not fit, `failed()` is true
/// and everything read is zero or empty; so a caller may read several and ask once.
class FieldCursor {
 public:
  explicit FieldCursor(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool failed() const { return failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const std::byte* position() const { return at_; }

  std::int32_t varint() { return number<std::int32_t, kMaxVarintBytes>(); }
  std::int64_t varlong() { return number<std::int64_t, kMaxVarlongBytes>(); }
  std::uint8_t byte() {
    if (at_ == end_) return give_up(), std::uint8_t{0};
    return static_cast<std::uint8_t>(*at_++);
  }
  /// The next `count` bytes; a count below zero or above the bytes left fails.
  ByteView bytes(std::int64_t count) {
    if (count < 0 || static_cast<std::uint64_t>(count) > left()) return give_up(), ByteView();
    ByteView taken(at_, static_cast<std::size_t>(count));
    at_ += count;
    return taken;
  }

 private:
  template <class T, std::size_t kMaxBytes>
  T number() {
    using Bits = std::make_unsigned_t<T>;
    if (at_ != end_ && *at_ < std::byte{0x80}) {  // by far the most are one byte
      auto small = static_cast<Bits>(*at_++);
      return static_cast<T>((small >> 1) ^ (Bits{0} - (small & 1)));
    }
    constexpr std::size_t kBitsInLast = sizeof(T) * 8 - (kMaxBytes - 1) * 7;
    Bits bits = 0;
    for (std::size_t i = 0; i < kMaxBytes && at_ != end_; ++i) {
      auto next = static_cast<std::uint8_t>(*at_++);
      if (i == kMaxBytes - 1 && next >> kBitsInLast != 0) break;
      bits |= static_cast<Bits>(next & 0x7F) << (7 * i);
      if (next < 0x80) return static_cast<T>((bits >> 1) ^ (Bits{0} - (bits & 1)));
    }
    give_up();
    return 0;
  }
  void give_up() {
    failed_ = true;
    at_ = end_;
  }

  const std::byte* at_;
  const std::byte* end_;
  bool failed_ = false;
};

}  // namespace wharf
