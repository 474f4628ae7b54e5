#pragma once
// Compaction's memory: the newest offset of each key, in a fixed number of bytes. Keys are kept as 128-bit keyed hashes
// (SipHash-2-4 with a secret of the store), so that no producer can choose two keys that are taken for one.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::log {

using HashSecret = std::array<std::byte, 16>;

struct KeyHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const KeyHash&, const KeyHash&) = default;
};
/// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein).
KeyHash hash_key(ByteView key, const HashSecret& secret);

class KeyOffsets {
 public:
  static constexpr std::size_t kSlotBytes = 24;

  KeyOffsets(std::size_t bytes, const HashSecret& secret);

  /// False when there is no room for another key; then nothing changed.
  bool put(ByteView key, Offset offset);
  std::optional<Offset> newest(ByteView key) const;
  std::size_t size() const { return used_; }

 private:
  struct Slot {
    KeyHash key;
    Offset offset{-1};  // -1: free
  };

  std::size_t find(const KeyHash& key) const;

  HashSecret secret_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::size_t most_;
};

}  // namespace wharf::log
