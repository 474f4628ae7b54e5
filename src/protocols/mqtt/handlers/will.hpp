#pragma once
// The message that a client leaves behind when it goes without a DISCONNECT.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocols/mqtt/handlers/messages.hpp"
#include "protocols/mqtt/wire/packets.hpp"

namespace wharf::mqtt {

/// With memory of its own.
struct KeptWill {
  std::vector<std::byte> connect;  // the body of the packet that brought it
  Connect packet;                  // views of it

  const Will& will() const { return *packet.will; }
  std::uint32_t delay_s() const { return will().properties.will_delay_s.value_or(0); }
};

}  // namespace wharf::mqtt
