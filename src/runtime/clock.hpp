#pragma once
// The only door to time. Shells read it and pass the value on; cores never see it.
#include "model/time.hpp"

namespace wharf::runtime {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic_now() const = 0;
  virtual Timestamp wall_now() const = 0;
};

/// The machine's clocks. Thread-safe, stateless.
class SystemClock final : public Clock {
 public:
  MonotonicTime monotonic_now() const override;
  Timestamp wall_now() const override;
};

}  // namespace wharf::runtime
