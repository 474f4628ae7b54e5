#include "runtime/clock.hpp"

#include <chrono>

namespace wharf::runtime {

MonotonicTime SystemClock::monotonic_now() const {
  return MonotonicTime(std::chrono::steady_clock::now().time_since_epoch());
}

Timestamp SystemClock::wall_now() const {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<Milliseconds>(since_epoch).count()};
}

}  // namespace wharf::runtime
