#pragma once
// What the doors of one shard count, beside what a channel or a queue counts of itself, and the connections that they
// have open. Touched by that shard only; Statistics (statistics.hpp) asks.
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/endpoint.hpp"
#include "model/ids.hpp"
#include "model/message_events.hpp"
#include "model/traffic.hpp"
#include "queue/core/types.hpp"

namespace wharf::broker {

enum class ConnectionEvent : std::uint8_t { kBytesIn, kBytesOut, kReads, kWrites, kRequests, kEnd };
using ConnectionTraffic = Traffic<ConnectionEvent>;
using ConnectionCounters = Counters<ConnectionEvent>;

enum class ChurnEvent : std::uint8_t {
  kConnectionCreated,
  kConnectionClosed,
  kChannelCreated,
  kChannelClosed,
  kQueueDeclared,  // also one that was there
  kQueueCreated,
  kQueueDeleted,
  kEnd
};
using ChurnTraffic = Traffic<ChurnEvent>;

/// Of all connections of a shard in one virtual host, those that are gone too.
struct VhostCounters {
  MessageCounters messages;
  ConnectionCounters connections;
};

/// What does not change about a connection once it is open.
struct ConnectionIntroduction {
  std::string name;      // "peer -> local", as RabbitMQ has it
  std::string protocol;  // "AMQP 0-9-1", "Kafka"
  std::string user, vhost, auth_mechanism;
  Endpoint peer, local;
  std::vector<std::byte> client_properties;  // an AMQP field table without its length, as it came
  std::string user_provided_name;
  std::uint32_t channel_max = 0, frame_max = 0, heartbeat_seconds = 0;
  Timestamp connected_at;
};
using IntroductionPointer = std::shared_ptr<const ConnectionIntroduction>;

struct OpenConnectionId {
  ShardIndex shard;
  std::uint64_t serial = 0;
  friend auto operator<=>(const OpenConnectionId&, const OpenConnectionId&) = default;
};

struct ConnectionFacts {
  OpenConnectionId id;
  IntroductionPointer of;
  std::string_view state;  // RabbitMQ's word for it; a literal
  std::uint64_t channels = 0;
  std::uint64_t pending_sends = 0;
  ConnectionTraffic traffic;
};

struct ChannelFacts {
  IntroductionPointer connection;
  std::uint16_t number = 0;
  std::string_view state;  // a literal
  bool confirms = false, transactional = false;
  std::uint32_t prefetch = 0, global_prefetch = 0;
  std::uint64_t consumers = 0, unacknowledged = 0, unconfirmed = 0, uncommitted = 0, acks_uncommitted = 0;
  MessageTraffic traffic;
  std::optional<Nanoseconds> idle_for;  // none: something has just happened
};

struct ConsumerFacts {
  IntroductionPointer connection;
  std::uint16_t channel = 0;
  queue::ConsumerId id;
  std::string tag, queue;
  bool acknowledges = false, exclusive = false;
  std::uint32_t prefetch = 0;
  std::vector<std::byte> arguments;  // as client_properties
};

/// A door's connection that can be asked.
class OpenConnection {
 public:
  virtual ~OpenConnection() = default;
  virtual ConnectionFacts facts() const = 0;
  virtual void add_channels(std::vector<ChannelFacts>&) const {}
  /// `queue`: of those with this name alone; empty: of all.
  virtual void add_consumers(std::vector<ConsumerFacts>&, std::string_view) const {}
  /// Its client is told why, where there are words for it; it ends soon.
  virtual void force_close(std::string reason) = 0;
};

struct ShardTraffic {
  Seconds seconds;
  Counters<ChurnEvent> churn;
  std::map<std::string, std::shared_ptr<VhostCounters>, std::less<>> vhosts;
  // Totals of virtual hosts that are gone: the node's counters do not fall when one goes.
  MessageTraffic gone_messages;
  ConnectionTraffic gone_connections;
  std::map<std::uint64_t, OpenConnection*> connections;  // by serial
  std::uint64_t connections_made = 0;

  void count(ChurnEvent event) { churn.count(seconds, event); }
  /// Its serial.
  std::uint64_t opened(OpenConnection& connection) {
    count(ChurnEvent::kConnectionCreated);
    connections.emplace(++connections_made, &connection);
    return connections_made;
  }
  void closed(std::uint64_t serial) {
    if (connections.erase(serial) > 0) count(ChurnEvent::kConnectionClosed);
  }
  std::shared_ptr<VhostCounters> of_vhost(std::string_view name) {
    auto found = vhosts.find(name);
    if (found == vhosts.end()) found = vhosts.emplace(name, std::make_shared<VhostCounters>()).first;
    return found->second;
  }
};

/// "10.0.0.7:51234 -> 10.0.0.1:5672".
inline std::string connection_name(const Endpoint& peer, const Endpoint& local) {
  return peer.text() + " -> " + local.text();
}

}  // namespace wharf::broker
