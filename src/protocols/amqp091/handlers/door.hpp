#pragma once
// What AMQP 0-9-1's door is made of on one shard: the ports behind it, and what it tells and allows its clients.
#include <cstdint>
#include <string>

#include "broker/access.hpp"
#include "broker/catalogue.hpp"
#include "broker/deduplication.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/owners.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
#include "broker/read.hpp"
#include "broker/replies.hpp"
#include "broker/shard_alarms.hpp"
#include "broker/shard_traffic.hpp"
#include "broker/transactions.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"

namespace wharf::amqp091 {

struct DoorLimits {
  std::uint16_t channel_max = 2047;
  std::uint32_t frame_max = 131'072;
  std::uint16_t heartbeat_seconds = 60;
  std::uint64_t max_message_bytes = 128 << 20;
  // Of one connection; beyond, it is not read from:
  std::size_t unanswered_bytes = 16 << 20;
  std::size_t unanswered_messages = 10'000;
  // What commands have put in line for a client that does not read; deliveries have windows of their own:
  std::size_t unsent_bytes = 16 << 20;
  std::size_t unsent_reply_bytes = 128 << 20;  // direct replies beyond are dropped: nothing else keeps them
  std::size_t transaction_bytes =
      150 << 20;  // of one channel, kept until it commits: for one queue, one record of its log
  Redeclare redeclare = Redeclare::kStrict;
  std::optional<Milliseconds> consumer_timeout = std::nullopt;  // where neither consumer nor queue has one
};

/// Numbers the connections of one shard.
class ConnectionIds {
 public:
  explicit ConnectionIds(ShardIndex shard) : next_(std::uint64_t{shard.value} << 48) {}
  broker::ConnectionId next() { return broker::ConnectionId(++next_); }

 private:
  std::uint64_t next_;
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
  broker::Owners& owners;
  broker::Publish& publish;
  broker::Read& read;
  broker::Catalogue& catalogue;
  ConnectionIds& connection_ids;
  runtime::Random& random;
  runtime::Logger& logger;
  broker::Access& access;
  broker::ShardAlarms& alarms;
  broker::ShardTraffic& traffic;
  std::string server_version;  // RabbitMQ's, as clients are told
  std::string cluster_name;
  DoorLimits limits;

  broker::OutgoingPorts outgoing() const { return {entities, queues, histories, delays, publish, catalogue}; }
};

}  // namespace wharf::amqp091
