#pragma once
// What Kafka's door is made of on one shard: the ports behind it and what a request may know of its client.
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "broker/catalogue.hpp"
#include "broker/door_counts.hpp"
#include "broker/operate.hpp"
#include "broker/publish.hpp"
#include "broker/read.hpp"
#include "broker/shard_traffic.hpp"
#include "config/server_config.hpp"
#include "groups/shell/coordinators.hpp"
#include "model/endpoint.hpp"
#include "protocols/kafka/handlers/fetch_sessions.hpp"
#include "protocols/kafka/wire/header.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/turns.hpp"

namespace wharf::kafka {

struct DoorLimits {
  std::size_t max_request_bytes = 100 << 20;
  Nanoseconds max_idle = std::chrono::minutes(10);
  std::size_t max_fetch_bytes = 55 << 20;  // fetch.max.bytes: of one response
};

/// References to what outlives every connection; one Door per shard.
struct Door {
  runtime::Shard& shard;
  broker::Publish& publish;
  broker::Read& read;
  broker::Catalogue& catalogue;
  broker::Operate& operate;
  groups::Coordinators& groups;
  FetchSessions& fetch_sessions;
  runtime::Turns& conversions;  // of old producers' message sets
  broker::DoorCounts& counts;
  broker::ShardTraffic& traffic;
  broker::RequestCounts& requests;  // Kafka's of these: see request_names()
  const config::ServerConfig& config;
  runtime::Random& random;
  runtime::Logger& logger;
  NodeId node_id;
  std::string cluster_id;
  DoorLimits limits;
};

/// The requests that a door counts, by their place in kApis.
std::vector<std::string_view> request_names();

/// One connection, as its requests see it.
struct ClientSession {
  ClientSession(runtime::Shard& shard_of_client, Endpoint local_address, Endpoint remote_address)
      : shard(shard_of_client), local(std::move(local_address)), remote(std::move(remote_address)) {}

  runtime::Shard& shard;
  Endpoint local;   // where the client reached us: advertised when nothing is configured
  Endpoint remote;
  std::stop_source ended;  // the connection is closing: long polls return
  bool told_of_damage = false;  // the log was, once, of a batch of its that is damaged
  std::uint32_t conversions = 0;  // its Produce requests that wait for Door::conversions: later ones wait behind them
};

/// One request. Plain pointers: the session and the door outlive it.
struct RequestContext {
  const Door* door = nullptr;
  ClientSession* client = nullptr;
  RequestHeader header;
  std::shared_ptr<std::byte[]> frame_owner;  // what views in the decoded request point into
  MutableBytes frame;
};

}  // namespace wharf::kafka
