#include "log/key_offsets.hpp"

#include <algorithm>
#include <bit>

namespace wharf::log {
namespace {

std::uint64_t load_little_endian(const std::byte* from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(from[i]) << (8 * i);
  return value;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
      v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
      v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  std::uint64_t result() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

KeyHash hash_key(ByteView key, const HashSecret& secret) {
  std::uint64_t k0 = load_little_endian(secret.data());
  std::uint64_t k1 = load_little_endian(secret.data() + 8);
  SipState state{0x736f6d6570736575u ^ k0, 0x646f72616e646f6du ^ k1 ^ 0xee, 0x6c7967656e657261u ^ k0, 0x7465646279746573u ^ k1};
  std::size_t whole = key.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) state.take(load_little_endian(key.data() + at));
  std::uint64_t last = static_cast<std::uint64_t>(key.size()) << 56;
  for (std::size_t i = 0; i < key.size() - whole; ++i) last |= static_cast<std::uint64_t>(key[whole + i]) << (8 * i);
  state.take(last);
  KeyHash hash;
  state.v2 ^= 0xee;
  state.rounds(4);
  hash.low = state.result();
  state.v1 ^= 0xdd;
  state.rounds(4);
  hash.high = state.result();
  return hash;
}

KeyOffsets::KeyOffsets(std::size_t bytes, const HashSecret& secret) : secret_(secret), slots_(std::max<std::size_t>(bytes / kSlotBytes, 16)) {
  most_ = slots_.size() - slots_.size() / 8;  // longer probes cost more than a second pass
}

/// The key's slot, or the free one where it would go.
std::size_t KeyOffsets::find(const KeyHash& key) const {
  std::size_t at = key.low % slots_.size();
  while (slots_[at].offset.value >= 0 && slots_[at].key != key) at = at + 1 == slots_.size() ? 0 : at + 1;
  return at;
}

bool KeyOffsets::put(ByteView key, Offset offset) {
  KeyHash hash = hash_key(key, secret_);
  Slot& slot = slots_[find(hash)];
  if (slot.offset.value < 0) {
    if (used_ == most_) return false;
    ++used_;
    slot.key = hash;
  }
  slot.offset = std::max(slot.offset, offset);
  return true;
}

std::optional<Offset> KeyOffsets::newest(ByteView key) const {
  const Slot& slot = slots_[find(hash_key(key, secret_))];
  return slot.offset.value < 0 ? std::nullopt : std::optional(slot.offset);
}

}  // namespace wharf::log
