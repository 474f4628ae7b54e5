#pragma once
// Who connects to a port that speaks MQTT.
#include <vector>

#include "protocols/mqtt/handlers/door.hpp"
#include "runtime/open_port.hpp"

namespace wharf::mqtt {

/// `doors[i]` is what the port's shard i serves with; they outlive the port.
runtime::OpenPort::Welcome welcome(std::vector<const Door*> doors);

}  // namespace wharf::mqtt
