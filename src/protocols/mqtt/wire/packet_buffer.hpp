#pragma once
// Bytes of a connection -> packets. No I/O: the shell asks for space, says how much arrived, takes whole packets.
//
//   MutableBytes space = packets.space();           // read from the socket into it
//   packets.received(count);
//   while (next = packets.next(), next && *next) handle(**next);
#include <cstddef>
#include <optional>

#include "model/received_bytes.hpp"
#include "protocols/mqtt/wire/properties.hpp"
#include "protocols/mqtt/wire/reason_code.hpp"

namespace wharf::mqtt {

/// A packet without its fixed header.
struct RawPacket {
  PacketType type = kPingReq;
  std::uint8_t flags = 0;
  ByteView body;
};

class PacketBuffer {
 public:
  /// CONNECT is all that a stranger may send: five texts of 64 KiB, and properties.
  static constexpr std::size_t kLargestFirstBytes = 512 << 10;

  PacketBuffer() = default;
  /// Of whole packets from here on; the largest that MQTT has is 268,435,460 bytes.
  void set_largest(std::size_t bytes) { largest_ = bytes; }

  /// Where the next bytes go; never empty. Ends the life of all packets that were taken and not kept.
  MutableBytes space() { return bytes_.space(pending_packet_bytes()); }
  void received(std::size_t count) { bytes_.received(count); }
  /// Nothing more comes for now. Ends the life of what was taken and not kept.
  void rest() { bytes_.rest(); }
  /// The next whole packet; none yet; or why the connection has to close: kMalformedPacket (an unknown type, flags that
  /// are reserved, a length of more than four bytes), kPacketTooLarge.
  Outcome<std::optional<RawPacket>> next();
  /// A part of a packet for longer.
  SharedBytes keep(ByteView part) const { return bytes_.keep(part); }
  ByteView pending() const { return bytes_.pending(); }
  void skip(std::size_t count) { bytes_.skip(count); }

 private:
  std::size_t pending_packet_bytes() const;

  ReceivedBytes bytes_{{.first_chunk = 256, .smallest_read = 128}};
  std::size_t largest_ = kLargestFirstBytes;
};

}  // namespace wharf::mqtt
