#pragma once
// What routes messages that the node has already: delayed ones that are due, dead letters.
#include "broker/deduplication.hpp"
#include "broker/outgoing_parts.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"

namespace wharf::broker {

/// Of one shard; everything outlives who uses them.
struct ForwardingPorts {
  runtime::Shard& shard;
  OutgoingPorts to;
  Deduplication& deduplication;
  runtime::Random& random;
  runtime::Logger& logger;
};

}  // namespace wharf::broker
