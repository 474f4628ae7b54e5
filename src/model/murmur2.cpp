#include "model/murmur2.hpp"

namespace wharf {

std::uint32_t murmur2(ByteView key) {
  constexpr std::uint32_t kSeed = 0x9747b28cu, kMultiplier = 0x5bd1e995u;
  constexpr int kShift = 24;
  const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(key[at]); };
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    std::uint32_t word = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  const std::size_t left = key.size() - at;
  if (left >= 3) hash ^= byte(at + 2) << 16;
  if (left >= 2) hash ^= byte(at + 1) << 8;
  if (left >= 1) {
    hash ^= byte(at);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace wharf
