#pragma once
// Destinations: RabbitMQ's names (https://www.rabbitmq.com/docs/stomp#d), and ActiveMQ's bare /queue and /topic, which
// are the same.
//
//   /queue/N           the queue N, made where it is not there   N alone means the same
//   /amq/queue/N       the queue N, which has to be there
//   /topic/K           the exchange amq.topic, by key K
//   /exchange/E[/K]    the exchange E, by key K
//   /temp-queue/N      a queue of the connection's own: of SUBSCRIBE and in `reply-to`
//   /reply-queue/Q     the queue Q of whoever asked
//
// %2F in a name stands for a slash; other slashes in names of queues and topics are taken as they are, as ActiveMQ has
// them.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

inline constexpr std::string_view kTopicExchange = "amq.topic";
inline constexpr std::string_view kReplyQueuePrefix = "/reply-queue/";

struct Destination {
  enum class Kind : std::uint8_t { kQueue, kAmqQueue, kTopic, kExchange, kTempQueue, kReplyQueue };
  Kind kind = Kind::kQueue;
  std::string name;  // of the queue, or the exchange
  std::string key;
  /// ActiveMQ's: "/queue/N?consumer.prefetchSize=1" has {"prefetchSize", "1"}.
  std::vector<std::pair<std::string, std::string>> options;

  bool is_queue() const { return kind != Kind::kTopic && kind != Kind::kExchange; }
  friend bool operator==(const Destination&, const Destination&) = default;
};

/// "Unknown destination", "Invalid destination".
Outcome<Destination> destination_of(std::string_view text);

/// As RabbitMQ names where a message was published, but for slashes in a topic, which stay what they are.
std::string text_of_published(std::string_view exchange, std::string_view key);

/// What is bound to amq.topic: ActiveMQ's last word `>` means `#`.
std::string binding_key_of(std::string_view key);

/// The queue of a subscription that outlives its connection, the same whoever asks for it again: RabbitMQ's, of an `id`
/// and a destination.
std::string durable_queue_name(std::string_view id, std::string_view destination);
/// ActiveMQ's, of a client and a name.
std::string durable_queue_of_client(std::string_view client_id, std::string_view name);

}  // namespace wharf::stomp
