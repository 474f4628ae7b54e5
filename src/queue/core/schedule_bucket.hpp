#pragma once
// Where delayed messages lie until their time comes: in buckets, one log each, of those that are due in the same span
// of time. The farther away, the wider: ten minutes, two hours, a day, thirty days. So years ahead cost a dozen logs
// each, and what is due soon leaves its disk soon. A message stays in the bucket that it was first put in.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::queue {

/// Schedules of a node, numbered: each has buckets and a state log of its own, and its owner by the number.
using Lane = StrongNumber<struct LaneTag, std::uint32_t>;

/// `generation`, which is random, tells a bucket from an earlier one of the same span: a log's id is never used again.
struct BucketId {
  std::uint8_t level = 0;
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  friend constexpr auto operator<=>(const BucketId&, const BucketId&) = default;
};

/// Messages due in [begin, end) are in it.
Timestamp begin_of(const BucketId& bucket);
Timestamp end_of(const BucketId& bucket);
/// Level and number of the bucket for a message that comes now; `due` is at most kLatestDue and not before `now`.
BucketId bucket_for(Timestamp due, Timestamp now);
/// The end of the year 9999: what would be due later is due then.
inline constexpr Timestamp kLatestDue{253'402'300'799'999};

/// The logs' names, which no topic or queue has: their ids are no random ones.
PartitionId messages_of(const BucketId& bucket, Lane lane);
PartitionId schedule_state_of(Lane lane);
std::optional<Lane> lane_of(const PartitionId& partition);
/// None: not a bucket's.
std::optional<BucketId> bucket_of(const PartitionId& partition);

/// Names one delayed message of a node.
struct ScheduledId {
  Lane lane;
  BucketId bucket;
  Offset offset;
  friend constexpr auto operator<=>(const ScheduledId&, const ScheduledId&) = default;

  /// As people see it: "0-1-244153-9f3c21aa-17".
  std::string text() const;
  static std::optional<ScheduledId> from_text(std::string_view text);
};

}  // namespace wharf::queue
