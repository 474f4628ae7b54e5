#pragma once
// Packets <-> bytes, for each version. What is read is a view of the packet's bytes.
//
//   Outcome<Publish> publish = read_packet<Publish>(raw, version);
//   write_packet(PubAck{.packet_id = publish->packet_id}, version, writer);
#include <cstddef>

#include "protocols/mqtt/wire/packet_buffer.hpp"
#include "protocols/mqtt/wire/packets.hpp"

namespace wharf::mqtt {

/// Of a packet's list: an entry takes three bytes to send, and many more here.
inline constexpr std::size_t kMostEntries = 100'000;

/// `raw` is of the packet's type. kMalformedPacket: its bytes lie; kProtocolError: they say what may not be said;
/// kQuotaExceeded: its list is longer than `most_entries`; kUnsupportedProtocolVersion, kClientIdentifierNotValid from
/// CONNECT.
template <class Packet>
Outcome<Packet> read_packet(const RawPacket& raw, Version version, std::size_t most_entries = kMostEntries);
template <>
Outcome<Connect> read_packet<Connect>(const RawPacket& raw, Version version, std::size_t most_entries);
template <>
Outcome<Publish> read_packet<Publish>(const RawPacket& raw, Version version, std::size_t most_entries);

/// At the end of `to`; so many bytes.
template <class Packet>
std::size_t write_packet(const Packet& packet, Version version, Writer& to);
/// The payload comes from where it is; `packet.payload` does not count.
void write_publish(const Publish& packet, SharedBytes payload, Version version, Writer& to);
/// Of the whole packet.
std::size_t packet_bytes(const Publish& packet, std::size_t payload_bytes, Version version);

}  // namespace wharf::mqtt
