#pragma once
// What a SUBSCRIBE asks for: RabbitMQ's headers, and ActiveMQ's. What is not served is refused, never passed over.
#include <cstdint>
#include <optional>
#include <string>

#include "model/property.hpp"
#include "protocols/stomp/session/destinations.hpp"
#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

enum class AckMode : std::uint8_t { kAuto, kClient, kIndividual };

/// What a queue is declared with where it is not there.
struct QueueRequest {
  std::optional<bool> durable, auto_delete, exclusive;
  std::string name;         // `x-queue-name`; empty: not given
  PropertyTable arguments;  // the headers `x-...` that are arguments of queues, typed

  /// Something is said of what the queue shall be.
  bool says_anything() const { return durable || auto_delete || exclusive || !arguments.empty(); }
};

struct SubscribeRequest {
  std::string id;  // empty: not given, in 1.0
  std::string destination_text;
  Destination destination;
  AckMode ack = AckMode::kAuto;
  std::uint32_t prefetch = 0;
  std::int32_t priority = 0;
  std::string selector;
  std::optional<std::string> durable_name;    // ActiveMQ's
  std::optional<std::uint64_t> most_waiting;  // of a topic's messages, for this subscription
  QueueRequest queue;

  bool outlives() const { return durable_name || queue.durable.value_or(false); }
};

/// By what a subscription is known to its client.
inline std::string key_of(std::string_view id, std::string_view destination) {
  return id.empty() ? "Q_" + std::string(destination) : "T_" + std::string(id);
}

Outcome<SubscribeRequest> subscribe_request_of(const Frame& frame, Version version);
/// The same headers of a SEND, for a queue that may have to be made.
bool asks_for_queue(const Frame& frame);
Outcome<QueueRequest> queue_request_of(const Frame& frame);

/// "Missing ...".
Outcome<std::string_view> needed(const Frame& frame, std::string_view header);
/// "true" and "false" only.
Outcome<std::optional<bool>> flag_of(const Frame& frame, std::string_view header);

}  // namespace wharf::stomp
