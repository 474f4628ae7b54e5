#pragma once
// Which old segments go, by time and by size. A core: facts in, an offset out.
//
// Time goes by record time, as Kafka's, but a producer's clock that runs ahead does not keep data for ever: a segment
// whose largest timestamp lies in the future (or that has none) counts from when it was last seen to have grown, and
// never as younger than segments behind it.
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
  std::optional<Timestamp> noticed;           // when one that tells no age was last seen to have grown; none: only now
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

/// False: there is none, or it lies in the future.
bool tells_age(Timestamp timestamp, Timestamp now);

/// The age of a segment that nothing comes to: whether it should be closed, so that it can expire. It counts from its
/// first timestamp, or where that tells no age from `noticed`, when that was first seen (Kafka: from when it was made).
bool should_roll_idle(std::optional<Timestamp> first_timestamp, std::optional<Timestamp> noticed,
                      const LogConfig& config, Timestamp now);

}  // namespace wharf::log
