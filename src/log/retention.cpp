#include "log/retention.hpp"

#include <algorithm>

#include "model/time_span.hpp"

namespace wharf::log {
namespace {

/// Since when the segment counts as finished; none when a timestamp must be fetched first.
std::optional<Timestamp> age_of(std::span<const RetainedSegment> segments, std::size_t number, Timestamp now) {
  const RetainedSegment& segment = segments[number];
  if (!segment.max_timestamp) return std::nullopt;
  if (tells_age(*segment.max_timestamp, now)) return segment.max_timestamp;
  Timestamp since = segment.noticed.value_or(now);
  for (const RetainedSegment& later : segments.subspan(number + 1)) {
    if (later.max_timestamp && tells_age(*later.max_timestamp, now)) since = std::min(since, *later.max_timestamp);
  }
  return since;
}

}  // namespace

Trim decide_trim(std::span<const RetainedSegment> segments, Offset log_start, Offset limit, std::uint64_t size_bytes, const LogConfig& config,
                 Timestamp now) {
  Trim trim{log_start, false, std::nullopt, std::nullopt};
  if (!config.cleanup_delete) return trim;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const RetainedSegment& segment = segments[i];
    bool is_last = i + 1 == segments.size();
    if (segment.end > limit) break;
    if (segment.bytes == 0) continue;  // it goes with the next one that does
    bool too_large = config.retention_bytes != kUnlimited && !is_last &&
                     std::cmp_greater_equal(size_bytes - segment.bytes, config.retention_bytes);
    if (!too_large) {
      if (config.retention_ms == kUnlimited) break;
      std::optional<Timestamp> age = age_of(segments, i, now);
      if (!age) {
        trim.wants_timestamp_of = i;
        break;
      }
      if (!passed(*age, config.retention_ms, now)) {
        if (age->ms <= kForever - config.retention_ms) trim.next_check = Timestamp{age->ms + config.retention_ms};
        break;
      }
    }
    trim.log_start = std::max(trim.log_start, segment.end);
    trim.wants_last_rolled = is_last;
    size_bytes -= segment.bytes;
  }
  return trim;
}

bool tells_age(Timestamp timestamp, Timestamp now) {
  return timestamp.ms >= 0 && timestamp <= now;
}

bool should_roll_idle(std::optional<Timestamp> first_timestamp, std::optional<Timestamp> noticed,
                      const LogConfig& config, Timestamp now) {
  std::int64_t longest_ms =
      config.cleanup_compact ? std::min(config.segment_ms, config.max_compaction_lag_ms) : config.segment_ms;
  if (!first_timestamp) return false;
  std::optional<Timestamp> since = tells_age(*first_timestamp, now) ? first_timestamp : noticed;
  return since && passed(*since, longest_ms, now);
}

}  // namespace wharf::log
