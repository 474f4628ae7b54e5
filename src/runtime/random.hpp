#pragma once
// The only door to randomness. Shells draw and pass the value on; cores never draw.
#include <cstdint>
#include <span>

#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::runtime {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes bytes) = 0;

  /// A random id that is not zero, with the version and variant bits of RFC 4122 version 4.
  Uuid uuid();
};

/// The kernel's generator. Thread-safe, stateless.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes bytes) override;
};

/// Numbers to choose among equals with: drawn from the kernel once, then computed (splitmix64), and no secret.
class Dice {
 public:
  explicit Dice(Random& random) { random.fill(std::as_writable_bytes(std::span(&state_, 1))); }
  std::uint64_t roll() {
    std::uint64_t bits = state_ += 0x9E3779B97F4A7C15ull;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ull;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBull;
    return bits ^ (bits >> 31);
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace wharf::runtime
