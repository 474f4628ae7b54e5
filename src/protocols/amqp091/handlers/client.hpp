#pragma once
// One connection without its socket: what has been agreed with the client, its channels, and the bytes for it. The
// connection feeds frames in (dispatch.hpp), and writes what gathers in `out`.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/endpoint.hpp"
#include "protocols/amqp091/handlers/blocking.hpp"
#include "protocols/amqp091/handlers/channel.hpp"
#include "protocols/amqp091/handlers/client_report.hpp"
#include "protocols/amqp091/handlers/deduplicated_publishes.hpp"
#include "protocols/amqp091/handlers/door.hpp"
#include "protocols/amqp091/handlers/publish_turn.hpp"
#include "protocols/amqp091/wire/methods.hpp"
#include "protocols/amqp091/wire/writer.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/wake.hpp"
#include "security/core/access_decisions.hpp"

namespace wharf::amqp091 {

class DeliveryInbox;

/// What the client announced that it understands.
struct Capabilities {
  bool consumer_cancel_notify = false;
  bool authentication_failure_close = false;
  bool connection_blocked = false;
};

/// One that its channel has forgotten, to be released.
struct Leaving {
  broker::LeavingConsumer consumer;
  bool auto_delete = false;  // the queue, with its last consumer
};

/// Bodies in line for the socket: their queue is told once they are out of the way.
struct Sending {
  broker::QueueRef queue;
  queue::ConsumerId consumer;
  std::uint64_t bytes = 0;
  bool of_stream = false;
};

struct Client {
  enum class Phase : std::uint8_t {
    kStart,  // connection.start was sent
    kTune,
    kOpening,
    kRunning,
    kClosing,  // connection.close was sent, or came and is being answered
    kEnded,    // nothing more is read
  };

  /// `owner`: its connection, as others may ask for it. All outlive the client.
  Client(const Door& door_of_client, broker::Owner& owner, Endpoint remote_address, runtime::Wake& write_wake,
         runtime::TaskScope& scope);
  ~Client();

  /// `principal`, who has signed in, is in this virtual host from here on. Operators are told of it until leave().
  void enter(std::string virtual_host);
  /// Its channels are gone.
  void leave();

  /// What passed on a channel counts for it and for its virtual host.
  void count(Channel& channel, MessageEvent event, std::uint64_t more = 1) {
    const Seconds& seconds = door.traffic.seconds;
    channel.traffic.count(seconds, event, more);
    vhost_traffic->messages.count(seconds, event, more);
  }
  /// Before it has its first exclusive queue; until give_back().
  void begin_owning();
  /// One read or write of the socket.
  void passed(broker::ConnectionEvent direction, std::uint64_t bytes);
  /// An operator's word, as RabbitMQ's management tells it.
  void force_close(std::string reason);
  /// Something is in `out`.
  void wake() { can_write.notify(); }
  template <Method M>
  void reply(const Channel& channel, const M& method) {
    if (channel.open()) write(method, channel.number);
  }
  template <Method M>
  void write(const M& method, std::uint16_t channel) {
    if (phase == Phase::kEnded) return;
    std::ignore = write_method(method, channel, out);
    wake();
  }
  /// Queues a delivery's bytes behind what `out` has.
  void sending(const Consumer& consumer, std::uint64_t bytes);

  /// Ends the channel or the connection, as the code says. The client is told once what they held is back.
  void refuse(Channel& channel, ProtocolError error);
  /// ... once no commit of it is under way.
  void close_refused(Channel& channel, ProtocolError error);
  void close_connection(ProtocolError error);
  void begin_close(ProtocolError error);
  void write_close(const ProtocolError& error);
  void write_close(Channel& channel, const ProtocolError& error);
  Consumer& adopt(Channel& channel, std::unique_ptr<Consumer> consumer);
  /// The queue, or stream, is told.
  void wrote(const Sending& sent);
  /// The channel has no consumers from here on, of direct replies neither. They are the caller's to release.
  std::vector<Leaving> forget_consumers(Channel& channel);
  /// In a task of its own, or at the connection's end.
  void release(broker::QueueRef queue, queue::ConsumerId consumer);
  /// What they held is back in its queues when this returns, and queues that go with their last consumer are gone.
  runtime::Task<void> release_all(std::vector<Leaving> leaving);
  /// What basic.get waits for is not wanted any more: the client has left.
  void abandon_gets();
  /// Every consumer of every channel, and the connection's own queues. May be called again: what is gone is gone.
  runtime::Task<void> give_back();
  bool holds_nothing() const {
    return consumers.empty() && to_release.empty() && !has_exclusive_queues && !waits_for_replies();
  }
  bool waits_for_replies() const;
  bool has_unfinished_channel() const;
  /// Until the commands that came are carried out. None may come any more; one task waits.
  runtime::Task<void> finish_commands();
  void erase(Channel& channel);
  /// Commands that wait on it are not carried out.
  void drop_waiting(Channel& channel);

  /// Published during an alarm: no further frame is taken.
  bool held_back() const { return blocking.now() && phase == Phase::kRunning; }
  /// Whether the socket should not be read from.
  bool overloaded() const {
    const DoorLimits& limits = door.limits;
    return unanswered_bytes > limits.unanswered_bytes || unanswered_messages > limits.unanswered_messages ||
           unsent_bytes() > limits.unsent_bytes;
  }
  /// That commands, not deliveries, have put in line.
  std::size_t unsent_bytes() const { return out.size_bytes() - delivered_bytes; }

  const Door& door;
  broker::Owner& as_owner;
  runtime::Shard& shard;
  Endpoint remote;
  Endpoint local;
  runtime::Wake& can_write;
  runtime::Signal can_read;
  runtime::TaskScope& tasks;
  broker::ConnectionId id;

  Phase phase = Phase::kStart;
  security::Principal principal;
  std::string vhost;
  std::optional<security::AccessDecisions> decisions;  // once the connection is open
  Capabilities can;
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat_seconds = 0;

  std::map<std::uint16_t, std::shared_ptr<Channel>> channels;
  std::unordered_map<queue::ConsumerId, Channel*> consumers;
  std::vector<Leaving> to_release;       // by give_back()
  std::shared_ptr<DeliveryInbox> inbox;  // queues may hold it for longer than the client is there

  Writer out;
  std::vector<Sending> in_out;      // bodies in `out`
  std::size_t delivered_bytes = 0;  // of deliveries there
  std::vector<std::byte> scratch;   // of one message: its properties

  PublishTurn turn{shard, door.catalogue};
  DeduplicatedPublishes deduplicated;  // of this turn
  std::vector<broker::Reply> replies;  // of this turn
  routing::Router router;
  runtime::Dice dice;                             // for exchanges that choose by chance
  std::vector<std::shared_ptr<Channel>> touched;  // channels with something gathered in this turn
  std::size_t unanswered_bytes = 0;
  std::size_t unanswered_messages = 0;
  bool told_of_lost_publish = false;
  bool told_of_lost_reply = false;
  bool has_exclusive_queues = false;  // or had
  Blocking blocking{*this};

  ClientReport report{*this};
  std::shared_ptr<broker::VhostCounters> vhost_traffic;          // once the connection is open
  std::unique_ptr<broker::ConnectionIntroduction> introduction;  // what the client has told, until it is
};

}  // namespace wharf::amqp091
