#pragma once
// Who connects to a port that speaks AMQP 0-9-1.
#include <vector>

#include "protocols/amqp091/handlers/door.hpp"
#include "runtime/open_port.hpp"

namespace wharf::amqp091 {

/// `doors[i]` is what the port's shard i serves with; they outlive the port.
runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors);

}  // namespace wharf::amqp091
