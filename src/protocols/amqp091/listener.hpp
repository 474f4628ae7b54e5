#pragma once
// AMQP's open port.
#include <vector>

#include "protocols/amqp091/handlers/door.hpp"
#include "runtime/open_port.hpp"

namespace wharf::amqp091 {

class Listener {
 public:
  /// `doors[i]` is what shard `shards[i]` serves with; both outlive the listener. Accepts on shards[0].
  Listener(const std::vector<runtime::Shard*>& shards, std::vector<const Door*> doors, runtime::Network& network,
           std::size_t max_connections);

  Result<void> open(const Endpoint& endpoint) { return port_.open(endpoint); }
  const Endpoint& local() const { return port_.local(); }
  /// No new connections; clients are told (320) and closed, what they published before still finishes. From shards[0].
  runtime::Task<void> close() { return port_.close(); }
  const runtime::OpenPort& port() const { return port_; }

 private:
  runtime::OpenPort port_;
};

}  // namespace wharf::amqp091
