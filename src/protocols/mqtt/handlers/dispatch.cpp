#include "protocols/mqtt/handlers/dispatch.hpp"

#include "protocols/mqtt/handlers/deliveries.hpp"

namespace wharf::mqtt {

bool takes_time(const Client& client, const RawPacket& packet) {
  constexpr std::uint8_t kRetain = 1;
  bool retains = packet.type == kPublish && (packet.flags & kRetain) != 0;
  if (retains && client.phase != Client::Phase::kStart)
    return !client.door.retained.is_open(client.shard) || !client.door.retained.has_room();
  return packet.type == kConnect || packet.type == kSubscribe || packet.type == kUnsubscribe;
}

runtime::Task<void> take_slow_packet(Client* client, const RawPacket* packet) {
  bool first = client->phase == Client::Phase::kStart;
  if (first != (packet->type == kConnect)) {
    client->end({ReasonCode::kProtocolError, first ? "the first packet is no CONNECT" : "a second CONNECT"});
    co_return;
  }
  if (packet->type == kPublish) co_await take_retained_publish(client, packet);
  if (packet->type == kConnect) co_await take_connect(client, packet);
  if (packet->type == kSubscribe) co_await take_subscribe(client, packet);
  if (packet->type == kUnsubscribe) co_await take_unsubscribe(client, packet);
}

void take_packet(Client& client, const RawPacket& packet) {
  if (client.phase == Client::Phase::kStart)
    return client.end({ReasonCode::kProtocolError, "the first packet is no CONNECT"});
  switch (packet.type) {
    case kPublish:
      return take_publish(client, packet);
    case kPubAck:
      return take_puback(client, packet);
    case kPubRec:
      return take_pubrec(client, packet);
    case kPubRel:
      return take_pubrel(client, packet);
    case kPubComp:
      return take_pubcomp(client, packet);
    case kPingReq:
      if (auto ping = read_packet<PingReq>(packet, client.version); !ping) return client.end(ping.error());
      return client.write(PingResp{});
    case kDisconnect:
      return take_disconnect(client, packet);
    case kAuth:
      return client.end({ReasonCode::kProtocolError, "AUTH: no authentication method was agreed"});
    default:
      return client.end({ReasonCode::kProtocolError, "a packet that only servers send"});
  }
}

void end_turn(Client& client) {
  if (client.publishing && !client.publishing->turn.empty()) {
    GatheredPublishes gathered = client.publishing->turn.take();
    client.unanswered_bytes += gathered.bytes;
    client.unanswered_messages += gathered.messages;
    client.tasks.spawn("mqtt-publish", hand_on(&client, std::move(gathered)));
  }
  made_room(client);
}

}  // namespace wharf::mqtt
