#include "model/crc32c.hpp"

#include <isa-l/crc.h>

namespace wharf {

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
  // isa-l takes a mutable pointer and an int length but only reads; a range of 2 GiB or more goes in parts.
  constexpr std::size_t kPart = std::size_t{1} << 30;
  std::uint32_t state = ~seed;
  while (!bytes.empty()) {
    std::size_t part = bytes.size() < kPart ? bytes.size() : kPart;
    auto* start = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));  // NOLINT
    state = crc32_iscsi(start, static_cast<int>(part), state);
    bytes = bytes.subspan(part);
  }
  return ~state;
}

}  // namespace wharf
