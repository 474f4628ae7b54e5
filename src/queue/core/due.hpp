#pragma once
// When a message that waits for a while may go.
#include <algorithm>
#include <cstdint>

#include "model/time.hpp"
#include "queue/core/schedule_bucket.hpp"

namespace wharf::queue {

/// `now` is a clock's, which cut off a part of a millisecond: one more, or what waits would come early. Negative: now.
inline Timestamp due_after(Timestamp now, std::int64_t wait_ms) {
  if (wait_ms <= 0) return now;
  return Timestamp{now.ms + 1 + std::min(wait_ms, kLatestDue.ms - now.ms - 1)};
}

}  // namespace wharf::queue
