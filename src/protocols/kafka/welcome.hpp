#pragma once
// Who connects to a port that speaks Kafka's protocol.
#include <vector>

#include "protocols/kafka/handlers/door.hpp"
#include "runtime/open_port.hpp"

namespace wharf::kafka {

/// `doors[i]` is what the port's shard i serves with; they outlive the port.
runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors);

}  // namespace wharf::kafka
