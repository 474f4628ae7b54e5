// A connection's bytes, from any bytes, in reads of any size: whatever is read as a packet can be written, and is read
// as the same packet again.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "model/error.hpp"
#include "protocols/mqtt/wire/packet_codec.hpp"

using namespace wharf;        // NOLINT
using namespace wharf::mqtt;  // NOLINT

namespace {

std::vector<std::byte> taken(Writer& writer) {
  std::vector<std::byte> bytes;
  for (const SharedBytes& piece : writer.take()) bytes.insert(bytes.end(), piece.view().begin(), piece.view().end());
  return bytes;
}

template <class Packet>
std::vector<std::byte> written(const Packet& packet, Version version) {
  Writer writer;
  if constexpr (std::same_as<Packet, Publish>) {
    write_publish(packet, SharedBytes::copy_of(packet.payload), version, writer);
  } else {
    write_packet(packet, version, writer);
  }
  return taken(writer);
}

template <class Packet>
void look_at(const RawPacket& raw, Version version) {
  Outcome<Packet> packet = read_packet<Packet>(raw, version);
  if (!packet) return;
  std::vector<std::byte> bytes = written(*packet, version);
  PacketBuffer again;
  again.set_largest(bytes.size());
  for (ByteView left = bytes; !left.empty();) {
    MutableBytes space = again.space();
    std::size_t count = std::min(space.size(), left.size());
    std::memcpy(space.data(), left.data(), count);
    again.received(count);
    left = left.subspan(count);
  }
  Outcome<std::optional<RawPacket>> next = again.next();
  WHARF_ASSERT(next && *next);
  Outcome<Packet> same = read_packet<Packet>(**next, version);
  WHARF_ASSERT(same && written(*same, version) == bytes);
}

template <class... Packets>
void look_at_any(const RawPacket& raw, Version version) {
  ((raw.type == Packets::kType ? look_at<Packets>(raw, version) : void()), ...);
}

}  // namespace

/// The first byte is the version and the size of a read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto version = static_cast<Version>(3 + data[0] % 3);
  std::size_t step = data[0] + std::size_t{1};
  ByteView left = std::as_bytes(std::span(data + 1, size - 1));
  PacketBuffer packets;
  while (!left.empty()) {
    MutableBytes space = packets.space();
    std::size_t count = std::min({step, space.size(), left.size()});
    std::memcpy(space.data(), left.data(), count);
    packets.received(count);
    left = left.subspan(count);
    while (true) {
      Outcome<std::optional<RawPacket>> raw = packets.next();
      if (!raw) return 0;
      if (!*raw) break;
      look_at_any<Connect, ConnAck, Publish, PubAck, PubRec, PubRel, PubComp, Subscribe, SubAck, Unsubscribe, UnsubAck,
                  PingReq, PingResp, Disconnect, Auth>(**raw, version);
    }
  }
  return 0;
}
