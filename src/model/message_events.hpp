#pragma once
// What becomes of messages, as RabbitMQ's message_stats name it.
#include <array>
#include <cstdint>
#include <string_view>

#include "model/traffic.hpp"

namespace wharf {

/// Of a channel, or of all of a virtual host together.
enum class MessageEvent : std::uint8_t {
  kPublish,  // taken from a publisher, wherever it went
  kDeliver,  // to a consumer that settles
  kDeliverNoAck,
  kGet,  // to somebody who asked, and settles
  kGetNoAck,
  kGetEmpty,   // there was nothing
  kRedeliver,  // of those before: marked so
  kAck,
  kConfirm,
  kReturnUnroutable,  // it was mandatory
  kDropUnroutable,
  kEnd
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(MessageEvent::kEnd)> kMessageEventNames{
    "publish", "deliver",           "deliver_no_ack", "get", "get_no_ack", "get_empty", "redeliver", "ack",
    "confirm", "return_unroutable", "drop_unroutable"};

using MessageTraffic = Traffic<MessageEvent>;
using MessageCounters = Counters<MessageEvent>;

}  // namespace wharf
