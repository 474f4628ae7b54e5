#pragma once
// Which old segments go, by time and by size. A core: facts in, an offset out.
//
// Time goes by record time, as Kafka's, but a producer's clock that runs ahead does not keep data for ever: a segment whose
// largest timestamp lies in the future (or that has none) counts from when it was first noticed, and never as younger than
// segments behind it.
#include <cstdint>
#include <optional>
#include <span>

#include "log/log_config.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::log {

struct RetainedSegment {
  Offset end;                                 // behind its last record
  std::uint64_t bytes = 0;
  std::optional<Timestamp> max_timestamp;     // none: not known yet
  std::optional<Timestamp> noticed;           // when the segment was first seen with a future timestamp, or without one
};

struct Trim {
  Offset log_start;                // everything below goes
  bool wants_last_rolled = false;  // the growing segment is to go too: roll it first
  std::optional<std::size_t> wants_timestamp_of;  // to go on, the largest timestamp of this segment must be known
  std::optional<Timestamp> next_check;            // nothing can expire before, by time
};

/// `segments` in order, the growing one last. `size_bytes`: of all. Segments are trimmed whole, oldest first, below `limit` (the
/// high watermark).
Trim decide_trim(std::span<const RetainedSegment> segments, Offset log_start, Offset limit, std::uint64_t size_bytes, const LogConfig& config,
                 Timestamp now);

/// The age of a segment that nothing comes to: whether it should be closed, so that it can expire.
bool should_roll_idle(std::optional<Timestamp> first_timestamp, const LogConfig& config, Timestamp now);

}  // namespace wharf::log
