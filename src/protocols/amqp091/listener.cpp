#include "protocols/amqp091/listener.hpp"

#include "protocols/amqp091/connection.hpp"

namespace wharf::amqp091 {
namespace {

runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors) {
  return [doors = std::move(doors)](std::size_t shard, std::unique_ptr<runtime::Stream> stream) {
    return std::make_unique<Connection>(*doors[shard], std::move(stream));
  };
}

}  // namespace

Listener::Listener(const std::vector<runtime::Shard*>& shards, std::vector<const Door*> doors,
                   runtime::Network& network, std::size_t max_connections)
    : port_({.name = "amqp", .max_connections = max_connections}, shards, welcome(doors), network,
            doors.front()->logger) {}

}  // namespace wharf::amqp091
