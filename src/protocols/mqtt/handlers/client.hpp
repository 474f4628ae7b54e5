#pragma once
// One connection without its socket: what has been agreed with the client, what it subscribed to and holds, and the
// bytes for it. The connection feeds packets in (dispatch.hpp), and writes what gathers in `out`.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/publisher_hold.hpp"
#include "model/endpoint.hpp"
#include "protocols/mqtt/handlers/door.hpp"
#include "protocols/mqtt/handlers/publish_turn.hpp"
#include "protocols/mqtt/handlers/retained.hpp"
#include "protocols/mqtt/handlers/will.hpp"
#include "protocols/mqtt/session/outgoing_messages.hpp"
#include "protocols/mqtt/session/publish_answers.hpp"
#include "protocols/mqtt/session/publish_numbers.hpp"
#include "protocols/mqtt/session/subscriptions.hpp"
#include "protocols/mqtt/session/topic_aliases.hpp"
#include "protocols/mqtt/wire/packet_codec.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/turns.hpp"
#include "runtime/wake.hpp"
#include "security/core/access_decisions.hpp"

namespace wharf::mqtt {

class Inbox;

/// Deliveries that are not written yet, in order. No deque: an empty one has memory, and most hold nothing.
class Held {
 public:
  void add(std::vector<broker::Delivery> more) {
    if (empty()) {
      all_ = std::move(more);
      return;
    }
    all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
    std::ranges::move(more, std::back_inserter(all_));
  }
  bool empty() const { return taken_ == all_.size(); }
  const broker::Delivery& front() const { return all_[taken_]; }
  const broker::Delivery& back() const { return all_.back(); }
  std::span<const broker::Delivery> all() const { return std::span(all_).subspan(taken_); }
  void pop_front() {
    all_[taken_++] = {};
    if (!empty()) return;
    all_ = {};
    taken_ = 0;
  }

 private:
  std::vector<broker::Delivery> all_;
  std::size_t taken_ = 0;  // at the front
};

/// A queue that the client's messages come from.
struct Source {
  Lane lane = Lane::kConnection;
  std::shared_ptr<const broker::QueueInfo> queue;
  std::string filter;  // of a group: what it is shared by
  Held held;
  std::vector<queue::Settlement> settlements;
  std::optional<queue::MessageId> kept_to;  // of its level, are on disk: for messages of QoS 2
  bool waits_for_disk = false;
};

/// Messages in line for the socket: their queue is told once they are out of the way.
struct Sending {
  queue::ConsumerId consumer;
  std::uint64_t bytes = 0;
};

/// What the client has published at QoS 2 and not released.
struct Received {
  enum class State : std::uint8_t {
    kNoted,  // it was under way when the connection before ended
    kUnderWay,
    kKept,
    kReleasing,
  };
  State state = State::kUnderWay;
  std::optional<MessageNumber> number = {};  // of one that is noted
};

/// What publishing takes: most clients that are idle never have.
struct Publishing {
  PublishTurn turn;
  routing::Router router = {};
  PublishAnswers qos1 = {}, qos2 = {};                        // what waits to be kept
  std::unordered_map<std::uint16_t, Received> received = {};  // QoS 2
  PublishNumbers numbers = {};
  std::unique_ptr<runtime::Turns> order = {};  // of what goes on, once something had to be noted before it may
  std::size_t in_line = 0;                     // for that
  IncomingAliases aliases = {};
};

struct Client {
  enum class Phase : std::uint8_t {
    kStart,  // CONNECT has not come
    kRunning,
    kEnded,  // nothing more is read
  };

  /// All of it outlives the client.
  Client(const Door& door_of_client, const Endpoint& remote_address, runtime::Wake& write_wake,
         runtime::TaskScope& scope);
  ~Client();

  bool is_v5() const { return version == Version::k5; }
  template <class Packet>
  void write(const Packet& packet) {
    if (phase == Phase::kEnded) return;
    unsent_bytes += write_packet(packet, version, out);
    can_write.notify();
  }
  /// The connection ends for the client's mistake, or ours; from MQTT 5 on it is told why.
  void end(ProtocolError error);
  /// The same without a line in the log.
  void end(ReasonCode code, std::string_view why);
  /// The same without a word.
  void end();
  template <class Packet>
  Packet answer(std::uint16_t packet_id, const ProtocolError& error) const;
  void sending(queue::ConsumerId consumer, std::uint64_t bytes);
  void wrote(const Sending& sent);

  /// `principal`, who has signed in, is in this namespace from here on.
  void enter(security::Principal principal, std::string name_space);
  const std::string& name_space() const { return decisions->name_space(); }
  Result<void> may(security::Verb verb, const security::Resource& resource);
  /// Messages that the client may have unanswered at a time.
  std::size_t send_quota() const { return receive_maximum; }
  /// Whether the socket should not be read from.
  bool overloaded() const {
    const DoorLimits& limits = door.limits;
    return hold.now() || unanswered_bytes > limits.unanswered_bytes ||
           unanswered_messages > limits.unanswered_messages || unsent_bytes > limits.unsent_bytes;
  }
  Publishing& publishes() {
    if (!publishing) publishing = std::make_unique<Publishing>(Publishing{.turn = {shard, door.catalogue}});
    return *publishing;
  }
  Replaying& replays() {
    if (!replaying) replaying = std::make_unique<Replaying>();
    return *replaying;
  }
  bool keeps_session() const { return session && session->outlives; }
  /// With the session: on disk when this returns, where it lasts. There is one.
  runtime::Task<Result<void>> keep(std::vector<broker::SessionItem> items) const {
    return door.sessions.keep(shard, *session, std::move(items));
  }

  const Door& door;
  runtime::Shard& shard;
  const Endpoint& remote;
  runtime::Wake& can_write;
  runtime::Signal can_read;
  runtime::Signal room;  // something was written, or answered
  runtime::TaskScope& tasks;
  broker::ConnectionId id;

  Phase phase = Phase::kStart;
  bool was_refused = false;  // and why was written
  Version version = Version::k311;
  std::string client_id;
  std::optional<security::AccessDecisions> decisions;     // once signed in
  std::shared_ptr<broker::VhostCounters> vhost_counters;  // likewise
  std::uint16_t keep_alive_s = 0;
  std::uint16_t receive_maximum = 65'535;
  std::size_t max_packet_bytes = kLargestVarint;
  bool tells_problems = true;  // reason strings and user properties on any packet
  broker::SessionExpiry expiry;
  std::optional<broker::SessionRef> session;
  std::unique_ptr<KeptWill> will;                        // large, and most have none
  std::stop_source waits_for_session{std::nostopstate};  // while it does
  bool is_taken_over = false;

  runtime::Dice dice;
  Subscriptions subscriptions;
  std::unordered_map<queue::ConsumerId, std::unique_ptr<Source>> sources;
  OutgoingMessages outgoing;
  std::unique_ptr<OutgoingAliases> outgoing_aliases;  // of a client that takes some
  std::shared_ptr<Inbox> inbox;                       // queues may hold it for longer than the client is there

  std::unique_ptr<Replaying> replaying;  // replays(), once there was one

  Writer out;
  std::vector<Sending> in_out;   // messages in `out`
  std::size_t unsent_bytes = 0;  // that answers, not deliveries, have put there: they have no window

  std::unique_ptr<Publishing> publishing;  // publishes(), once something was published
  std::size_t unanswered_bytes = 0;
  std::size_t unanswered_messages = 0;
  bool told_of_lost_publish = false;
  broker::PublisherHold hold{door.alarms, can_read};
};

template <class Packet>
Packet Client::answer(std::uint16_t packet_id, const ProtocolError& error) const {
  Packet packet{.packet_id = packet_id, .reason = error.code};
  if (tells_problems && !error.message.empty()) packet.properties.reason_string = error.message;
  return packet;
}

}  // namespace wharf::mqtt
