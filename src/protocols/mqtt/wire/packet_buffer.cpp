#include "protocols/mqtt/wire/packet_buffer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wharf::mqtt {
namespace {

struct Header {
  std::size_t header_bytes = 0;  // 0: not all of it is there
  std::size_t body_bytes = 0;
  bool too_long = false;  // its length has a fifth byte
  std::size_t packet_bytes() const { return header_bytes + body_bytes; }
};

Header header_of(ByteView bytes) {
  Header header;
  for (std::size_t i = 0; i < 4 && i + 1 < bytes.size(); ++i) {
    auto byte = static_cast<std::size_t>(bytes[i + 1]);
    header.body_bytes |= (byte & 0x7F) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    header.header_bytes = i + 2;
    return header;
  }
  header.too_long = bytes.size() > 4;
  return header;
}

/// 2.1.3: the flags that are not PUBLISH's are fixed.
std::optional<std::uint8_t> fixed_flags(PacketType type) {
  if (type == kPublish) return std::nullopt;
  bool asks_for_answer = type == kPubRel || type == kSubscribe || type == kUnsubscribe;
  return asks_for_answer ? 2 : 0;
}

}  // namespace

std::size_t PacketBuffer::pending_packet_bytes() const {
  Header header = header_of(bytes_.pending());
  return header.header_bytes == 0 ? 0 : std::min(header.packet_bytes(), largest_);
}

Outcome<std::optional<RawPacket>> PacketBuffer::next() {
  ByteView pending = bytes_.pending();
  if (pending.empty()) return std::nullopt;
  auto first = static_cast<std::uint8_t>(pending[0]);
  RawPacket packet{
      .type = static_cast<PacketType>(first >> 4), .flags = static_cast<std::uint8_t>(first & 0x0F), .body = {}};
  if (first >> 4 == 0) return refuse(ReasonCode::kMalformedPacket, "there is no packet type 0");
  std::optional<std::uint8_t> fixed = fixed_flags(packet.type);
  if (fixed && *fixed != packet.flags) {
    return refuse(ReasonCode::kMalformedPacket,
                  fmt::format("packet type {} with flags {:#x}", first >> 4, packet.flags));
  }
  Header header = header_of(pending);
  if (header.too_long) return refuse(ReasonCode::kMalformedPacket, "a remaining length of more than four bytes");
  if (header.header_bytes == 0) return std::nullopt;
  if (header.packet_bytes() > largest_) {
    return refuse(ReasonCode::kPacketTooLarge,
                  fmt::format("a packet of {} bytes; {} are allowed", header.packet_bytes(), largest_));
  }
  if (pending.size() < header.packet_bytes()) return std::nullopt;
  packet.body = pending.subspan(header.header_bytes, header.body_bytes);
  bytes_.skip(header.packet_bytes());
  return packet;
}

}  // namespace wharf::mqtt
