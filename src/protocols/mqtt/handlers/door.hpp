#pragma once
// What MQTT's door is made of on one shard: the ports behind it, and what it tells and allows its clients.
#include <cstdint>
#include <string>

#include "broker/access.hpp"
#include "broker/catalogue.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
#include "broker/retained.hpp"
#include "broker/sessions.hpp"
#include "broker/shard_alarms.hpp"
#include "broker/shard_traffic.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"

namespace wharf::mqtt {

/// What waits for a client; 0: no limit.
struct QueueLimits {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  // of payloads
};

struct DoorLimits {
  std::size_t max_packet_bytes = 16 << 20;
  std::uint16_t keep_alive_max_s = 65'535;
  std::uint16_t receive_maximum = 1'000;
  std::uint16_t topic_alias_maximum = 100;
  std::size_t subscriptions = 10'000;
  broker::SessionExpiry session_expiry_max;
  QueueLimits qos0_queue{10'000, 64 << 20};
  QueueLimits session_queue{1'000'000, 1 << 30};
  // Of one connection; beyond, it is not read from:
  std::size_t unanswered_bytes = 16 << 20;
  std::size_t unanswered_messages = 10'000;
  std::size_t unsent_bytes = 4 << 20;  // answers that a client does not read
};

/// References to what outlives every connection; one Door per shard.
struct Door {
  runtime::Shard& shard;
  broker::Queues& queues;
  broker::Sessions& sessions;
  broker::Retained& retained;
  broker::Histories& histories;
  broker::Delays& delays;
  broker::Entities& entities;
  broker::Publish& publish;
  broker::Catalogue& catalogue;
  std::uint64_t& connections_made;  // on this shard
  runtime::Random& random;
  runtime::Logger& logger;
  broker::Access& access;
  broker::ShardAlarms& alarms;
  broker::ShardTraffic& traffic;
  std::string anonymous_user;
  std::string anonymous_password;
  DoorLimits limits;

  broker::OutgoingPorts outgoing() const { return {entities, queues, histories, delays, publish, catalogue}; }
  /// Unlike any other connection's of the node, of other doors too.
  broker::ConnectionId new_connection_id() const {
    constexpr std::uint64_t kMqtt = std::uint64_t{1} << 47;
    return broker::ConnectionId((std::uint64_t{shard.index().value} << 48) + kMqtt + ++connections_made);
  }
};

}  // namespace wharf::mqtt
