#include "http/server.hpp"

namespace wharf::http {
namespace {

runtime::OpenPort::Welcome welcome(std::vector<runtime::Shard*> shards, Handler& handler, const ConnectionLimits& limits,
                                   runtime::Logger& logger) {
  return [shards = std::move(shards), &handler, limits, &logger](std::size_t shard, std::unique_ptr<runtime::Stream> stream) {
    return std::make_unique<Connection>(handler, limits, logger, *shards[shard], std::move(stream));
  };
}

}  // namespace

Server::Server(runtime::PortOptions options, const std::vector<runtime::Shard*>& shards, Handler& handler,
               const ConnectionLimits& limits, runtime::Network& network, runtime::Logger& logger)
    : port_(options, shards, welcome(shards, handler, limits, logger), network, logger) {}

}  // namespace wharf::http
