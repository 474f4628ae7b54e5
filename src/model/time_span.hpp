#pragma once
// How far timestamps lie apart. Clients may send any numbers: nothing here overflows.
#include <cstdint>
#include <limits>

#include "model/time.hpp"

namespace wharf {

/// Whether more than `span_ms`, which is not negative, have passed from `since` to `now`.
constexpr bool passed(Timestamp since, std::int64_t span_ms, Timestamp now) {
  return now > since && static_cast<std::uint64_t>(now.ms) - static_cast<std::uint64_t>(since.ms) >
                            static_cast<std::uint64_t>(span_ms);
}
/// `span_ms`, which is not negative, later; the last timestamp that there is where that is beyond it.
constexpr Timestamp later_by(Timestamp time, std::int64_t span_ms) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  return Timestamp{time.ms > kLast - span_ms ? kLast : time.ms + span_ms};
}

}  // namespace wharf
