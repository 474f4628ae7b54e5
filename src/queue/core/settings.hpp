#pragma once
// What can be set for a queue, in the engine's own words: each dialect maps its arguments to these. Unset: no limit.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/time.hpp"

namespace wharf::queue {

/// When a queue is full.
enum class Overflow : std::uint8_t {
  kDropOldest,            // the ready message at the head makes room
  kReject,                // the new one is refused: its publisher is told
  kRejectAndDeadLetter,   // ... and goes where dead letters go
};

/// How long a message that came back waits before it is delivered again: the n-th return waits delays[n - 1], the last
/// one ever after.
struct RetryDelays {
  std::vector<Milliseconds> delays;
  friend bool operator==(const RetryDelays&, const RetryDelays&) = default;
};

/// Where messages go that the queue will not deliver. The exchange may be "" (a queue by its name).
struct DeadLetterTarget {
  std::string exchange;
  std::optional<std::string> routing_key;  // none: the keys it came with
  friend bool operator==(const DeadLetterTarget&, const DeadLetterTarget&) = default;
};

struct QueueSettings {
  std::optional<Milliseconds> message_ttl;      // 0: delivered now or never
  std::optional<Milliseconds> expires;          // the queue itself, after so long without a consumer, a get or a declare
  std::optional<std::uint64_t> max_length;      // ready messages
  std::optional<std::uint64_t> max_length_bytes;  // of their bodies
  Overflow overflow = Overflow::kDropOldest;
  std::optional<DeadLetterTarget> dead_letter;
  std::uint8_t max_priority = 0;                // levels 0 to this; a higher priority counts as this
  bool single_active_consumer = false;
  std::optional<std::uint32_t> delivery_limit;  // a message that comes back more often than this is dead
  std::optional<Milliseconds> consumer_timeout; // for one message to be settled; 0: none, whatever consumers come with
  std::optional<RetryDelays> retry;
  std::optional<std::string> hold_until;        // the header with the time before which a message does not come
  bool deduplicates = false;                    // a message with the id of one that is there is dropped
  bool groups = false;                          // messages of one group go to one consumer at a time, in order
  bool rebalances_groups = false;               // with each new consumer
  std::optional<std::string> last_value_key;    // the property by which a message replaces the one that waits

  /// A queue takes or refuses what it is handed at once as a whole: where it may refuse or drop some, each message is to come by
  /// itself, for others may still fit.
  bool takes_each_alone() const {
    bool may_refuse = overflow != Overflow::kDropOldest && (max_length || max_length_bytes);
    return deduplicates || last_value_key || may_refuse;
  }
  friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

}  // namespace wharf::queue
