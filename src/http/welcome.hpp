#pragma once
// Who connects to a port that speaks HTTP.
#include <vector>

#include "http/connection.hpp"
#include "http/handler.hpp"
#include "runtime/open_port.hpp"

namespace wharf::http {

/// Each is served with `handler` within `limits`, by the shard of `shards` that the port gives it to; all of it
/// outlives the port.
runtime::OpenPort::Welcome welcome(std::vector<runtime::Shard*> shards, Handler& handler,
                                   const ConnectionLimits& limits, runtime::Logger& logger);

}  // namespace wharf::http
