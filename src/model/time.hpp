#pragma once
// The two times. Cores get them as arguments; only runtime/ reads a clock.
#include <chrono>
#include <compare>
#include <cstdint>

namespace wharf {

using Nanoseconds = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;

/// Tag of the clock that never jumps: deadlines, timeouts, latencies. Has no now(): ask runtime's Clock.
struct Monotonic {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};
using MonotonicTime = Monotonic::time_point;

/// Wall time as stored and sent: milliseconds since 1970 UTC. -1 where there is none.
struct Timestamp {
  std::int64_t ms = -1;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};
inline constexpr Timestamp kNoTimestamp{-1};

}  // namespace wharf
