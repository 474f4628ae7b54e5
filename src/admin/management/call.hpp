#pragma once
// One request of the management API on its way to its handler, and what a handler may ask.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/history/history.hpp"
#include "admin/json_http/tokens.hpp"
#include "broker/access.hpp"
#include "broker/catalogue.hpp"
#include "broker/deduplication.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/operate.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/parameters.hpp"
#include "broker/policies.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
#include "broker/read.hpp"
#include "broker/shard_traffic.hpp"
#include "broker/statistics.hpp"
#include "http/message.hpp"
#include "model/endpoint.hpp"
#include "routing/core/router.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "runtime/work_beside.hpp"
#include "security/core/access.hpp"

namespace wharf::management {

/// All of it outlives the API.
struct Ports {
  broker::Access& access;
  broker::Entities& entities;
  broker::Policies& policies;
  broker::Queues& queues;
  broker::Publish& publish;
  broker::Read& read;
  broker::Catalogue& catalogue;
  broker::Histories& histories;
  broker::Delays& delays;
  broker::Deduplication& deduplication;
  broker::Operate& operate;
  broker::Statistics& statistics;
  broker::Parameters& parameters;
  history::History& history;
  json_http::Tokens& tokens;
  broker::ShardTraffic& traffic;  // of the shard that it is asked on
  runtime::WorkPool& beside;      // makes the answers
  runtime::Logger& logger;

  broker::OutgoingPorts outgoing() const { return {entities, queues, histories, delays, publish, catalogue}; }
};

/// A port of the node that is open.
struct Listener {
  std::string protocol;  // as RabbitMQ calls it: "amqp", "http"
  Endpoint at;
  std::uint64_t connections = 0;  // now
};

/// What the node says it is.
struct About {
  std::string version;           // ours
  std::string rabbitmq_version;  // the one that clients are told
  std::string cluster_name;
  std::string node_name;
  std::string data_folder;               // "memory": nothing is kept on disk
  std::uint64_t stream_batch_bytes = 0;  // of a stream: what publishers may send at once
  std::uint64_t memory_high_bytes = 0;   // while the process has more, publishers wait
  MonotonicTime started{};
  std::function<std::vector<Listener>()> listeners = [] { return std::vector<Listener>(); };
};

/// Lives until its handler has answered.
struct Call {
  runtime::Shard& here;
  const Ports& ports;
  const About& about;
  runtime::Dice& dice;
  security::Principal user;
  /// What stands where the route's pattern has braces, in order: of a route below a virtual host, its name first.
  std::vector<std::string> names;
  http::Request request;

  const std::string& vhost() const { return names.front(); }
  const security::AccessTable& access() const { return ports.access.table(here); }
  /// Valid until the next suspension.
  std::optional<broker::NamespaceView> view() const { return ports.entities.find(here, vhost()); }
  bool asks_for(std::string_view parameter) const { return request.parameter(parameter) == "true"; }
};

using Handler = runtime::Task<http::Response> (*)(Call* call);

}  // namespace wharf::management
