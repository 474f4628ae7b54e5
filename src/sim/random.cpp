#include "sim/random.hpp"

#include <algorithm>
#include <bit>

namespace wharf::sim {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

SeededRandom::SeededRandom(std::uint64_t seed, std::string_view salt) {
  std::uint64_t mixed = 0xCBF29CE484222325ull;  // FNV-1a over the salt
  for (char c : salt) mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  mixed ^= seed;
  for (std::uint64_t& word : state_) word = splitmix(mixed);
}

std::uint64_t SeededRandom::next() {
  std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t SeededRandom::below(std::uint64_t limit) {
  if (limit == 0) return 0;
  std::uint64_t reject_below = (0 - limit) % limit;  // what would make small numbers likelier
  std::uint64_t drawn = next();
  while (drawn < reject_below) drawn = next();
  return drawn % limit;
}

Nanoseconds SeededRandom::between(Nanoseconds least, Nanoseconds most) {
  return Nanoseconds(static_cast<std::int64_t>(
      between(static_cast<std::uint64_t>(least.count()), static_cast<std::uint64_t>(most.count()))));
}

void SeededRandom::fill(MutableBytes bytes) {
  while (!bytes.empty()) {
    std::uint64_t word = next();
    std::size_t count = std::min<std::size_t>(bytes.size(), 8);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(word >> (8 * i));
    bytes = bytes.subspan(count);
  }
}

}  // namespace wharf::sim
