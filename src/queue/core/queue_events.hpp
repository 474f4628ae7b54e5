#pragma once
// What passes through a queue, by any door. The first names are RabbitMQ's.
#include <array>
#include <cstdint>
#include <string_view>

#include "model/traffic.hpp"

namespace wharf::queue {

enum class QueueEvent : std::uint8_t {
  kPublish,
  kDeliver,  // to a consumer that settles
  kDeliverNoAck,
  kGet,  // to somebody who asked, and settles
  kGetNoAck,
  kGetEmpty,   // there was nothing
  kRedeliver,  // of those before: marked so
  kAck,
  kReturned,       // to its place, by a consumer or its end
  kRejected,       // by a consumer, for good
  kExpired,        // its time to live was over
  kDropped,        // the queue had too many
  kUndeliverable,  // came back too often
  kPurged,
  kDeadLettered,  // of those that left undelivered: sent to where the dead go
  kRefused,       // the queue was full: never in it
  // What there is: only its change means something.
  kReady,
  kUnsettled,
  kEnd
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(QueueEvent::kEnd)> kQueueEventNames{
    "publish",        "deliver", "deliver_no_ack", "get",      "get_no_ack", "get_empty",
    "redeliver",      "ack",     "returned",       "rejected", "expired",    "dropped",
    "delivery_limit", "purged",  "dead_lettered",  "refused",  "ready",      "unsettled"};

using QueueTraffic = Traffic<QueueEvent>;
using QueueCounters = Counters<QueueEvent>;

}  // namespace wharf::queue
