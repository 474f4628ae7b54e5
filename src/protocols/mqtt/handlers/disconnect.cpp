// DISCONNECT from the client: an end in order, with or without its will.
#include "protocols/mqtt/handlers/dispatch.hpp"

namespace wharf::mqtt {

void take_disconnect(Client& client, const RawPacket& packet) {
  Outcome<Disconnect> disconnect = read_packet<Disconnect>(packet, client.version);
  if (!disconnect) return client.end(disconnect.error());
  if (auto seconds = disconnect->properties.session_expiry_s) {
    bool was_none = client.expiry && client.expiry->count() == 0;
    if (was_none && *seconds > 0)
      return client.end(
          {ReasonCode::kProtocolError, "DISCONNECT: a session that ends with its connection cannot be kept"});
    constexpr std::uint32_t kNever = 0xFFFFFFFF;
    client.expiry =
        *seconds == kNever ? broker::SessionExpiry() : broker::SessionExpiry(std::chrono::seconds(*seconds));
    const broker::SessionExpiry& most = client.door.limits.session_expiry_max;
    if (most) client.expiry = client.expiry ? std::min(*client.expiry, *most) : *most;
  }
  if (disconnect->reason != ReasonCode::kDisconnectWithWill) client.will.reset();
  client.end();
}

}  // namespace wharf::mqtt
