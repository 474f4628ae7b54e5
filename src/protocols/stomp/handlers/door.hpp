#pragma once
// What STOMP's door is made of on one shard: the ports behind it, and what it tells and allows its clients.
#include <cstdint>
#include <string>

#include "broker/access.hpp"
#include "broker/catalogue.hpp"
#include "broker/deduplication.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
#include "broker/replies.hpp"
#include "broker/shard_alarms.hpp"
#include "broker/shard_traffic.hpp"
#include "broker/transactions.hpp"
#include "protocols/stomp/wire/frame_buffer.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"

namespace wharf::stomp {

struct DoorLimits {
  FrameLimits frame{.headers = 200, .header_bytes = 64 << 10, .head_bytes = 1 << 20, .body_bytes = 128 << 20};
  std::size_t subscriptions = 1'000;
  // Of one connection; beyond, it is not read from:
  std::size_t unanswered_bytes = 16 << 20;
  std::size_t unanswered_messages = 10'000;
  std::size_t unsent_bytes = 4 << 20;         // answers that a client does not read
  std::size_t transaction_bytes = 150 << 20;  // of all that are open: at a COMMIT one record of a log
};

/// References to what outlives every connection; one Door per shard.
struct Door {
  runtime::Shard& shard;
  broker::Queues& queues;
  broker::Replies& replies;
  broker::Histories& histories;
  broker::Delays& delays;
  broker::Deduplication& deduplication;
  broker::Transactions& transactions;
  broker::Entities& entities;
  broker::Publish& publish;
  broker::Catalogue& catalogue;
  std::uint64_t& connections_made;  // on this shard
  runtime::Random& random;
  runtime::Logger& logger;
  broker::Access& access;
  broker::ShardAlarms& alarms;
  broker::ShardTraffic& traffic;
  std::string server;  // as clients are told: "wharf/0.3"
  std::string default_user;
  std::string default_password;
  std::string default_vhost;
  DoorLimits limits;

  broker::OutgoingPorts outgoing() const { return {entities, queues, histories, delays, publish, catalogue}; }
  /// Unlike any other connection's of the node, of other doors too.
  broker::ConnectionId new_connection_id() const {
    constexpr std::uint64_t kStomp = std::uint64_t{1} << 46;
    return broker::ConnectionId((std::uint64_t{shard.index().value} << 48) + kStomp + ++connections_made);
  }
};

}  // namespace wharf::stomp
