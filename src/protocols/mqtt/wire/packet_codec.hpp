#pragma once
// Packets <-> bytes, for each version. What is read is a view of the packet's bytes.
//
//   Outcome<Publish> publish = read_packet<Publish>(raw, version);
//   write_packet(PubAck{.packet_id = publish->packet_id}, version, writer);
#include <cstddef>

#include "protocols/mqtt/wire/packet_buffer.hpp"
#include "protocols/mqtt/wire/packets.hpp"

namespace wharf::mqtt {

/// `raw` is of the packet's type. kMalformedPacket: its bytes lie; kProtocolError: they say what may not be said;
/// kUnsupportedProtocolVersion, kClientIdentifierNotValid from CONNECT.
template <class Packet>
Outcome<Packet> read_packet(const RawPacket& raw, Version version);
template <>
Outcome<Connect> read_packet<Connect>(const RawPacket& raw, Version version);
template <>
Outcome<Publish> read_packet<Publish>(const RawPacket& raw, Version version);

/// At the end of `to`; so many bytes.
template <class Packet>
std::size_t write_packet(const Packet& packet, Version version, Writer& to);
/// The payload comes from where it is; `packet.payload` does not count.
void write_publish(const Publish& packet, SharedBytes payload, Version version, Writer& to);
/// Of the whole packet.
std::size_t packet_bytes(const Publish& packet, std::size_t payload_bytes, Version version);

}  // namespace wharf::mqtt
