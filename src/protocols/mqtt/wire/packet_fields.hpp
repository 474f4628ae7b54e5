#pragma once
// What each packet is made of, behind its fixed header, in the words of a codec: reading, measuring and writing visit
// the same fields. `packet` is const where a codec only looks.
#include <concepts>
#include <type_traits>

#include "protocols/mqtt/wire/packets.hpp"

namespace wharf::mqtt {

/// What CONNECT's flags announce.
struct ConnectFlags {
  bool will = false;
  bool user = false;
  bool password = false;
};

template <class Codec, class Packet>
void will_fields(Codec& codec, Packet& packet, bool has_will) {
  if constexpr (Codec::kReads) {
    if (has_will) packet.will.emplace(codec.announced_will());
  }
  if (!packet.will) return;
  codec.properties("will properties", packet.will->properties, kInWill);
  codec.text("will topic", packet.will->topic);
  codec.binary("will payload", packet.will->payload);
}

/// CONNECT says its version itself: the codec goes on with that.
template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, Connect>
void fields_of(Codec& codec, Packet& packet) {
  codec.text("protocol name", packet.protocol);
  codec.number("protocol level", packet.level);
  if (!codec.begin_connect(packet.protocol, packet.level)) return;
  ConnectFlags flags = codec.connect_flags(packet);
  codec.number("keep alive", packet.keep_alive_s);
  codec.properties("properties", packet.properties, in(kConnect));
  codec.text("client identifier", packet.client_id);
  will_fields(codec, packet, flags.will);
  codec.optional_text("user name", packet.user, flags.user);
  codec.optional_binary("password", packet.password, flags.password);
}

template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, ConnAck>
void fields_of(Codec& codec, Packet& packet) {
  codec.flag("acknowledge flags", packet.session_present);
  codec.number("reason code", packet.code);
  codec.properties("properties", packet.properties, in(kConnAck));
}

/// The payload is apart: it is not copied.
template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, Publish>
void fields_of(Codec& codec, Packet& packet) {
  codec.text("topic name", packet.topic);
  if (packet.qos > 0) codec.packet_id(packet.packet_id);
  codec.properties("properties", packet.properties, in(kPublish));
}

template <class Codec, class Packet>
  requires requires(Packet& packet) { packet.packet_id, packet.reason; }
void fields_of(Codec& codec, Packet& packet) {
  codec.packet_id(packet.packet_id);
  codec.reason_tail(packet.reason, packet.properties, in(Packet::kType));
}

template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, Subscribe>
void fields_of(Codec& codec, Packet& packet) {
  codec.packet_id(packet.packet_id);
  codec.properties("properties", packet.properties, in(kSubscribe));
  codec.list(packet.filters, [&codec](auto& one) {
    codec.text("topic filter", one.filter);
    codec.number("subscription options", one.options);
  });
}

template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, Unsubscribe>
void fields_of(Codec& codec, Packet& packet) {
  codec.packet_id(packet.packet_id);
  codec.properties("properties", packet.properties, in(kUnsubscribe));
  codec.list(packet.filters, [&codec](auto& one) { codec.text("topic filter", one); });
}

template <class Codec, class Packet>
  requires requires(Packet& packet) { packet.packet_id, packet.codes; }
void fields_of(Codec& codec, Packet& packet) {
  codec.packet_id(packet.packet_id);
  codec.properties("properties", packet.properties, in(Packet::kType));
  if (Packet::kType == kUnsubAck && !codec.is_v5()) return;
  codec.list(packet.codes, [&codec](auto& one) { codec.number("reason code", one); });
}

template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, Disconnect> || std::same_as<std::remove_const_t<Packet>, Auth>
void fields_of(Codec& codec, Packet& packet) {
  codec.reason_tail(packet.reason, packet.properties, in(Packet::kType));
}

template <class Codec, class Packet>
  requires std::same_as<std::remove_const_t<Packet>, PingReq> || std::same_as<std::remove_const_t<Packet>, PingResp>
void fields_of(Codec&, Packet&) {}

}  // namespace wharf::mqtt
