#pragma once
// A dialect that the server speaks: what its connections are served with, and its open port. One file each
// (kafka_dialect.cpp), and one line in kDialects of server.cpp.
#include <memory>
#include <string_view>
#include <vector>

#include "broker/node/node.hpp"
#include "config/server_config.hpp"
#include "runtime/logger.hpp"
#include "runtime/open_port.hpp"
#include "runtime/random.hpp"

namespace wharf::cli {

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual runtime::OpenPort& port() = 0;
};

/// What dialects are made of; all of it outlives them. The node has started.
struct DialectSurroundings {
  std::vector<runtime::Shard*> shards;
  broker::Node& node;
  const config::ServerConfig& config;
  runtime::Network& network;
  runtime::Descriptors& descriptors;
  runtime::Random& random;
  runtime::Logger& logger;
};

/// With its port open, or none where the configuration has no address for it. The error names the key that is to blame.
using OpenDialect = Result<std::unique_ptr<Dialect>>(const DialectSurroundings& with);
OpenDialect open_kafka;
OpenDialect open_amqp;
OpenDialect open_mqtt;
OpenDialect open_mqtt_web_socket;
OpenDialect open_stomp;
OpenDialect open_stomp_web_socket;

/// `opened`, or which setting is to blame.
Result<void> of_key(std::string_view key, Result<void> opened);
/// A dialect's port, not open yet. `name`: a literal.
std::unique_ptr<runtime::OpenPort> client_port(const DialectSurroundings& with, std::string_view name,
                                               runtime::OpenPort::Welcome welcome);
/// `dialect` with its port open there, or which setting is to blame.
Result<std::unique_ptr<Dialect>> open_at(std::unique_ptr<Dialect> dialect, std::string_view key,
                                         const Endpoint& endpoint);

}  // namespace wharf::cli
