#pragma once
// Randomness of a simulation: the same numbers from the same seed on every machine and library (std's distributions differ).
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "model/time.hpp"
#include "runtime/random.hpp"

namespace wharf::sim {

/// One stream. Streams of one seed with different salts are independent, so that one more draw for the disk does not move
/// the network's. xoshiro256** (Blackman, Vigna) seeded by splitmix64.
class SeededRandom final : public runtime::Random {
 public:
  explicit SeededRandom(std::uint64_t seed, std::string_view salt = {});

  std::uint64_t next();
  /// In [0, limit); 0 for a limit of 0.
  std::uint64_t below(std::uint64_t limit);
  /// In [least, most].
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  Nanoseconds between(Nanoseconds least, Nanoseconds most);
  /// True once in `n` draws; never for 0, which draws nothing.
  bool one_in(std::uint64_t n) { return n > 0 && below(n) == 0; }
  bool coin() { return (next() >> 63) != 0; }
  void fill(MutableBytes bytes) override;

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace wharf::sim
