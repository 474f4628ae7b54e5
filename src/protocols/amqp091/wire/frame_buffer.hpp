#pragma once
// Bytes of a connection -> frames. No I/O: the shell asks for space, says how much arrived, takes whole frames.
//
//   MutableBytes space = frames.space();            // read from the socket into it
//   frames.received(count);
//   while (next = frames.next(), next && *next) handle(**next);
//
// A frame stays where it was received, and keep() makes its payload outlive the next space(): a message's body is
// stored from there without a copy. Memory grows with what has arrived, never with what a size field promises.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/bytes.hpp"
#include "model/received_bytes.hpp"
#include "protocols/amqp091/wire/frame.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

class FrameBuffer {
 public:
  /// The largest frame with frame_max 0, "no limit".
  static constexpr std::uint32_t kLargestFrameBytes = 128u << 20;

  /// `frame_max` counts until tune-ok brings another. The first frame, start-ok, carries tokens of any length: the
  /// 4096 bytes that the specification has for it are too few.
  explicit FrameBuffer(std::uint32_t frame_max = kDefaultFrameMax) { set_frame_max(frame_max); }

  /// As negotiated; 0: no limit. Payloads of up to frame_max bytes are taken, frame header not counted: clients get
  /// that wrong by 1 or 8, and RabbitMQ lets them.
  void set_frame_max(std::uint32_t frame_max) { largest_payload_ = frame_max == 0 ? kLargestFrameBytes : frame_max; }

  /// Where the next bytes go; never empty. Ends the life of all frames that were not kept.
  MutableBytes space() { return bytes_.space(pending_frame_bytes()); }
  void received(std::size_t count) { bytes_.received(count); }
  /// Nothing more comes for now. Ends the life of what was taken and not kept.
  void rest() { bytes_.rest(); }
  /// The next whole frame; none yet; or why the connection has to close: FRAME_ERROR (an unknown type, above frame_max,
  /// no end octet, a heartbeat that says something), UNEXPECTED_FRAME (a content on channel 0, a heartbeat on another).
  Outcome<std::optional<Frame>> next();
  /// The payload of a frame, or a part of it, for longer.
  SharedBytes keep(ByteView payload) const { return bytes_.keep(payload); }
  /// All that the frames since the last space() lie in, for longer.
  SharedBytes memory() const { return bytes_.memory(); }

  /// Received and not yet part of a frame that was taken. What is no frame, the protocol header, is skipped by hand.
  ByteView pending() const { return bytes_.pending(); }
  void skip(std::size_t count) { bytes_.skip(count); }

 private:
  std::size_t pending_frame_bytes() const;

  std::size_t largest_payload_ = 0;
  ReceivedBytes bytes_{{.first_chunk = 4096, .smallest_read = 1024}};
};

}  // namespace wharf::amqp091
