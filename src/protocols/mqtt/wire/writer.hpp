#pragma once
// Writes MQTT's types into what a connection gathers. Who writes has looked at the lengths: texts have up to 65,535
// bytes.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/byte_order.hpp"
#include "model/gathered_bytes.hpp"

namespace wharf::mqtt {

/// The longest text or binary value (1.5.4, 1.5.6), and the largest variable byte integer (1.5.5).
inline constexpr std::size_t kLongestText = 65'535;
inline constexpr std::uint32_t kLargestVarint = 268'435'455;

constexpr std::size_t varint_bytes(std::uint32_t value) {
  return value < (1u << 7) ? 1 : value < (1u << 14) ? 2 : value < (1u << 21) ? 3 : 4;
}

class Writer : public GatheredBytes {
 public:
  /// Most of what a client is sent is short, and most clients are idle.
  Writer() : GatheredBytes(kFirstChunkBytes) {}

  template <std::integral T>
  void integer(T value) {
    store_big_endian(grow(sizeof(T)), value);
  }
  void varint(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) integer(static_cast<std::uint8_t>((value & 0x7F) | 0x80));
    integer(static_cast<std::uint8_t>(value));
  }
  void binary(ByteView bytes) {
    integer(static_cast<std::uint16_t>(bytes.size()));
    raw(bytes);
  }
  void text(std::string_view value) { binary(as_bytes(value)); }

 private:
  static constexpr std::size_t kFirstChunkBytes = 128;
};

}  // namespace wharf::mqtt
