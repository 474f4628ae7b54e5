#include "protocols/kafka/listener.hpp"

#include "protocols/kafka/connection.hpp"

namespace wharf::kafka {
namespace {

runtime::OpenPort::Welcome welcome(std::vector<runtime::Shard*> shards, std::vector<const Door*> doors) {
  return [shards = std::move(shards), doors = std::move(doors)](std::size_t shard, std::unique_ptr<runtime::Stream> stream) {
    return std::make_unique<Connection>(*doors[shard], *shards[shard], std::move(stream));
  };
}

}  // namespace

Listener::Listener(const std::vector<runtime::Shard*>& shards, std::vector<const Door*> doors, runtime::Network& network,
                   std::size_t max_connections)
    : port_({.name = "kafka", .max_connections = max_connections}, shards, welcome(shards, doors), network,
            doors.front()->logger) {}

}  // namespace wharf::kafka
