#include "http/welcome.hpp"

namespace wharf::http {

runtime::OpenPort::Welcome welcome(std::vector<runtime::Shard*> shards, Handler& handler,
                                   const ConnectionLimits& limits, runtime::Logger& logger) {
  return [shards = std::move(shards), &handler, limits, &logger](std::size_t shard,
                                                                 std::unique_ptr<runtime::Stream> stream) {
    return std::make_unique<Connection>(handler, limits, logger, *shards[shard], std::move(stream));
  };
}

}  // namespace wharf::http
