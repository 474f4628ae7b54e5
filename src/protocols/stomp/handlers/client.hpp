#pragma once
// One connection without its socket: what has been agreed with the client, what it subscribed to and holds, and the
// bytes for it. The connection feeds frames in (dispatch.hpp), and writes what gathers in `out`.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/publisher_hold.hpp"
#include "model/endpoint.hpp"
#include "model/gathered_bytes.hpp"
#include "protocols/amqp091/session/unsettled.hpp"
#include "protocols/stomp/handlers/door.hpp"
#include "protocols/stomp/handlers/publish_turn.hpp"
#include "protocols/stomp/session/heart_beat.hpp"
#include "protocols/stomp/session/subscribe_request.hpp"
#include "protocols/stomp/session/transactions.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/wake.hpp"
#include "security/core/access_decisions.hpp"
#include "selector/message_filter.hpp"

namespace wharf::stomp {

class Inbox;
using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

struct Subscription {
  std::uint64_t number = 0;  // of the connection's
  std::string key;           // key_of() its id, or its destination
  std::string id;            // as the client said; empty: none
  std::string destination_text;
  Destination destination;
  AckMode ack = AckMode::kAuto;
  queue::ConsumerId consumer;
  QueuePointer queue;
  std::optional<selector::MessageFilter> filter;  // of a topic's messages: others are dropped
  amqp091::UnsettledDeliveries unsettled;
  std::vector<queue::Settlement> settlements;  // of this turn
  std::vector<queue::MessageId> unsent;        // that came when the client had left
  bool is_unwritten = false;                   // its queue has settlements that may not be on disk yet
  bool is_for_replies = false;                 // nobody asked for it by a SUBSCRIBE

  bool settles_itself() const { return ack == AckMode::kAuto; }
};

/// Messages in line for the socket: their queue is told once they are out of the way.
struct Sending {
  queue::ConsumerId consumer;
  std::uint64_t bytes = 0;
};

struct Client {
  enum class Phase : std::uint8_t {
    kStart,  // CONNECT has not come
    kRunning,
    kEnded,  // nothing more is read
  };

  /// All of it outlives the client.
  Client(const Door& door_of_client, const Endpoint& remote_address, const Endpoint& local_address,
         runtime::Wake& write_wake, runtime::TaskScope& scope);
  ~Client();

  /// ERROR, and the end. `receipt`: what the frame that is to blame asked for.
  void end(ProtocolError error, std::optional<std::string_view> receipt = std::nullopt);
  /// The same without a line in the log.
  void write_error(const ProtocolError& error, std::optional<std::string_view> receipt);
  /// RECEIPT, where one was asked for.
  void receipt(const Frame& frame);
  void receipt(std::string_view id);
  void sending(queue::ConsumerId consumer, std::uint64_t bytes);
  void wrote(const Sending& sent);

  /// `principal`, who has signed in, is in this namespace from here on.
  void enter(security::Principal principal, std::string name_space);
  Outcome<void> may(security::Verb verb, const security::Resource& resource);
  /// Whether the socket should not be read from.
  bool overloaded() const {
    const DoorLimits& limits = door.limits;
    return hold.now() || unanswered_bytes > limits.unanswered_bytes ||
           unanswered_messages > limits.unanswered_messages || unsent_bytes > limits.unsent_bytes;
  }
  /// nullptr: there is none.
  Subscription* subscription(std::string_view key);
  Subscription* subscription_of(queue::ConsumerId consumer);

  const Door& door;
  runtime::Shard& shard;
  const Endpoint& remote;
  const Endpoint& local;
  runtime::Wake& can_write;
  runtime::Signal can_read;
  runtime::Signal landed;  // publishes have been answered
  runtime::TaskScope& tasks;
  broker::ConnectionId id;

  Phase phase = Phase::kStart;
  bool was_refused = false;  // an ERROR was written
  Version version = Version::k12;
  HeartBeat heart_beat;  // ours
  std::string session;   // its name
  std::string user, name_space;
  std::string client_id;                                  // ActiveMQ's, for durable subscriptions
  std::optional<security::AccessDecisions> decisions;     // once signed in
  std::shared_ptr<broker::VhostCounters> vhost_counters;  // likewise

  std::map<std::uint64_t, std::unique_ptr<Subscription>> subscriptions;  // by number
  std::unordered_map<queue::ConsumerId, Subscription*> by_consumer;
  std::uint64_t last_subscription = 0;
  std::uint64_t last_delivery = 0;
  bool is_settling = false;  // some have settlements
  /// Queues, by the client's names for them. Each has a subscription.
  std::map<std::string, QueuePointer, std::less<>> temporary;
  bool has_exclusive_queues = false;
  Transactions transactions;
  std::shared_ptr<Inbox> inbox;  // queues may hold it for longer than the client is there

  GatheredBytes out;
  std::vector<Sending> in_out;   // messages in `out`
  std::size_t unsent_bytes = 0;  // that answers, not deliveries, have put there

  PublishTurn turn;
  routing::Router router;
  runtime::Dice dice;
  std::size_t unanswered_bytes = 0;
  std::size_t unanswered_messages = 0;
  broker::PublisherHold hold{door.alarms, can_read};
};

}  // namespace wharf::stomp
