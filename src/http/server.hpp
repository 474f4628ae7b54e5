#pragma once
// An open port that speaks HTTP.
#include "http/connection.hpp"
#include "http/handler.hpp"
#include "runtime/open_port.hpp"

namespace wharf::http {

class Server {
 public:
  /// Everything outlives the server. Accepts on shards[0] and serves on all of them.
  Server(runtime::PortOptions options, const std::vector<runtime::Shard*>& shards, Handler& handler, const ConnectionLimits& limits,
         runtime::Network& network, runtime::Logger& logger);

  Result<void> open(const Endpoint& endpoint) { return port_.open(endpoint); }
  const Endpoint& local() const { return port_.local(); }
  /// No new requests; what is being answered is. From shards[0].
  runtime::Task<void> close() { return port_.close(); }
  const runtime::OpenPort& port() const { return port_; }

 private:
  runtime::OpenPort port_;
};

}  // namespace wharf::http
