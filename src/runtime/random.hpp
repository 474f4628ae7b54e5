#pragma once
// The only door to randomness. Shells draw and pass the value on; cores never draw.
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

}  // namespace wharf::runtime
