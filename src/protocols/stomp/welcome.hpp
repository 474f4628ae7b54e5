#pragma once
// Who connects to a port that speaks STOMP.
#include <vector>

#include "protocols/stomp/handlers/door.hpp"
#include "runtime/open_port.hpp"

namespace wharf::stomp {

/// `doors[i]` is what the port's shard i serves with; they outlive the port.
runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors);

}  // namespace wharf::stomp
