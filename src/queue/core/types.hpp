#pragma once
// The nouns of a queue that its users see too.
#include <compare>
#include <cstdint>
#include <limits>
#include <vector>

#include "model/ids.hpp"

namespace wharf::queue {

/// A message of one queue: a queue with priorities has a log per level in use. Ids of one level rise in the order of
/// arrival.
struct MessageId {
  std::uint8_t level = 0;
  Offset offset;
  friend constexpr auto operator<=>(MessageId, MessageId) = default;
};

/// The logs of a queue among the partitions of its topic id: one per level, and its state. Far above what a topic
/// counts to.
inline constexpr std::int32_t kFirstQueuePartition = 1 << 30;
inline constexpr std::int32_t kStatePartition = kFirstQueuePartition + 256;
constexpr PartitionId messages_of(TopicId queue, std::uint8_t level) {
  return {queue, PartitionIndex(kFirstQueuePartition + level)};
}
constexpr PartitionId state_of(TopicId queue) {
  return {queue, PartitionIndex(kStatePartition)};
}

/// The same of a queue that does not survive a restart, with numbers of its own: whatever a start finds under them
/// nobody can want any more, whoever it was of.
inline constexpr std::int32_t kFirstTransientPartition = kFirstQueuePartition + (1 << 20);
constexpr PartitionId transient_messages_of(TopicId queue, std::uint8_t level) {
  return {queue, PartitionIndex(kFirstTransientPartition + level)};
}
constexpr bool is_transient(PartitionId log) {
  std::int32_t level = log.index.value - kFirstTransientPartition;
  return level >= 0 && level < 256;
}

/// Whoever holds messages of a queue: unique among its consumers for as long as the node runs.
using ConsumerId = StrongNumber<struct ConsumerIdTag, std::uint64_t>;

/// One condition on messages, whichever consumers have it: what the shell compiled and the core only names.
using SelectorId = StrongNumber<struct SelectorIdTag, std::uint64_t>;

/// What consumers without a selector have in its place, where each is asked for by its selector.
inline constexpr SelectorId kAnyMessage{std::numeric_limits<std::uint64_t>::max()};

/// One group of messages, of which a queue with groups gives one consumer at a time (message_groups.hpp): a hash of its name,
/// as two that are taken for one keep their order too.
using GroupId = StrongNumber<struct GroupIdTag, std::uint64_t>;
/// Of a message that belongs to none.
inline constexpr GroupId kNoGroup{0};

/// What a message counts in its consumer's window beside its body: empty ones are not free.
inline constexpr std::uint32_t kWindowBytesPerMessage = 64;

/// Of a consumer that shares no limit with others (ConsumerOptions::share). Sums of it are numbers too.
inline constexpr std::int64_t kWholeShare = std::int64_t{1} << 40;

/// Before every message: consumers get the highest level first.
inline constexpr MessageId kFrontOfQueue{255, Offset{0}};

/// Where a message is that its queue still has.
enum class Whereabouts : std::uint8_t {
  kReady,
  kInFlight,  // with a consumer
  kResting,   // it came back, and waits for its next try
  kDying,     // on its way to the dead letter target
};

/// What becomes of a message that was delivered.
enum class Verdict : std::uint8_t {
  kDone,      // settled: gone
  kReturn,    // back to its place, and the try counts
  kGiveBack,  // back to its place as if it had not been delivered: it never reached an application
  kReject,    // dead: to the dead letter target, where there is one
};

/// What became of [first, last] of one level, as far as the holder has them; others are passed over.
struct Settlement {
  MessageId first;
  Offset last;
  Verdict verdict = Verdict::kDone;
};

/// A consumer that is gone. `unsent`: what it was given and its client never got, so that it was no try.
struct Leaver {
  ConsumerId consumer;
  std::vector<MessageId> unsent = {};
};

/// Why a message left its queue undelivered; the words stand in `x-death`.
enum class DeathReason : std::uint8_t { kRejected, kExpired, kMaxLength, kDeliveryLimit };

/// Why a consumer was ended by the queue.
enum class EndReason : std::uint8_t { kQueueDeleted, kTimedOut };

}  // namespace wharf::queue
