#pragma once
// Somebody knocks at the wrong door: names what they speak from their first bytes, and says what they would understand.
// 369295617 as a Kafka length is a TLS hello; "GET " would be 1195725856 bytes: never allocate, say what it is.
#include <optional>
#include <string_view>

#include "model/bytes.hpp"
#include "model/endpoint.hpp"
#include "runtime/logger.hpp"

namespace wharf::runtime {

struct ForeignProtocol {
  std::string_view name;     // as a log line names it
  std::string_view refusal;  // bytes to answer with before closing; empty where its speaker expects none
};

/// What a connection's first bytes belong to, when they clearly open one of: TLS, HTTP, HTTP/2, AMQP, MQTT, STOMP, OpenWire,
/// SSH, NATS, RocketMQ remoting, Kafka. Needs 14 bytes to be sure of all; fewer give fewer answers.
std::optional<ForeignProtocol> recognise_protocol(ByteView first_bytes);

/// The same at a door whose own protocol is called `own` (so begins the name of each of its versions): none where that is
/// spoken; whoever else is told in the log.
std::optional<ForeignProtocol> foreign_speaker(ByteView first_bytes, std::string_view own, Logger& logger,
                                               std::string_view listener, const Endpoint& from);

}  // namespace wharf::runtime
