#pragma once
// What the arguments of queue.declare and basic.consume mean for a stream, which is a log topic: its settings, and
// where a consumer begins. Refusals are RabbitMQ's (as 4.0 was seen to answer).
//
//   x-max-age                        retention.ms     a number and Y, M (30 days), D, h, m or s; without it, for ever
//   x-max-length-bytes               retention.bytes  without it, no limit
//   x-stream-max-segment-size-bytes  segment.bytes    at least 1 MiB, at most 2 GiB here
//
// x-initial-cluster-size, x-queue-leader-locator and x-stream-filter-size-bytes are checked and have no effect.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/property.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// A topic's settings by name, as texts.
using TopicSettings = std::map<std::string, std::string>;

/// Whether `x-queue-type` is "stream".
bool asks_for_stream(const PropertyTable& arguments);

/// What the arguments ask of the topic. Errors: PRECONDITION_FAILED.
Outcome<TopicSettings> stream_settings(const PropertyTable& arguments, QueueName queue);

/// The log topic's settings, whose batches may have `batch_bytes`. Errors: PRECONDITION_FAILED, also for what cannot be
/// a stream, or has a name that no topic can have.
Outcome<TopicSettings> stream_topic(const PropertyTable& arguments, QueueProperties properties, QueueName queue,
                                    std::uint64_t batch_bytes);

/// The arguments that a topic with these settings could have been declared with, each in one form: for queue.declare of
/// what is there already. A topic of Kafka's that says nothing of its retention has none.
PropertyTable stream_arguments(const TopicSettings& settings);

/// What is asked of a stream that is there, in that one form, so that what means the same is the same; where it is no
/// stream that is asked for, as it is.
PropertyTable comparable_arguments(const PropertyTable& arguments, QueueName queue);

/// Where a consumer begins.
struct StreamStart {
  enum class Kind : std::uint8_t {
    kFirst,
    kLast,    // with the last batch
    kNext,    // with what comes from now on
    kOffset,  // at `value`; at the first one, where it has gone
    kTime,    // at the first message of `value` ms since 1970, or later
    kAge,     // the same, `value` ms ago
  };
  Kind kind = Kind::kNext;
  std::int64_t value = 0;
  friend bool operator==(const StreamStart&, const StreamStart&) = default;
};

/// `x-stream-offset` of a consumer. Errors: PRECONDITION_FAILED, for `x-priority` too.
Outcome<StreamStart> stream_start(const PropertyTable& arguments, QueueName queue);

}  // namespace wharf::amqp091
