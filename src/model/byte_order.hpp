#pragma once
// The one place that knows byte order. Big-endian is Kafka's and AMQP's; reads and writes may be unaligned.
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace wharf {

template <std::integral T>
T load_big_endian(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::little) value = std::byteswap(value);
  return value;
}

template <std::integral T>
void store_big_endian(std::byte* to, T value) {
  if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace wharf
