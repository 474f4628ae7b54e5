#pragma once
// What the tests of the wire share.
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mqtt/wire/packet_codec.hpp"

namespace wharf::mqtt {

inline std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

inline std::vector<std::byte> taken(Writer& writer) {
  std::vector<std::byte> bytes;
  for (const SharedBytes& piece : writer.take()) bytes.insert(bytes.end(), piece.view().begin(), piece.view().end());
  return bytes;
}

/// Bytes as they came, and the packets in them.
struct Received {
  explicit Received(ByteView bytes, std::size_t largest = 1 << 20) {
    packets.set_largest(largest);
    while (!bytes.empty()) {
      MutableBytes space = packets.space();
      std::size_t count = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), count);
      packets.received(count);
      bytes = bytes.subspan(count);
    }
  }
  Outcome<std::optional<RawPacket>> next() { return packets.next(); }
  /// The only one.
  template <class Packet>
  Outcome<Packet> read(Version version) {
    Outcome<std::optional<RawPacket>> raw = next();
    if (!raw) return refuse(raw.error());
    if (!*raw || (*raw)->type != Packet::kType) return refuse(ReasonCode::kUnspecifiedError, "another packet, or none");
    return read_packet<Packet>(**raw, version);
  }
  PacketBuffer packets;
};

template <class Packet>
std::vector<std::byte> written(const Packet& packet, Version version) {
  Writer writer;
  write_packet(packet, version, writer);
  return taken(writer);
}

}  // namespace wharf::mqtt
