#pragma once
// Bytes of a connection -> frames. No I/O: the shell asks for space, says how much arrived, takes whole frames.
//
//   MutableBytes space = frames.space();            // read from the socket into it
//   frames.received(count);
//   while (next = frames.next(), next && *next) handle(**next);
//
// A frame is an int32 length and that many bytes. It stays where it was received: a produce request's batches are stamped
// and kept without a copy. Memory grows with what has arrived, never with what a length field promises.
#include <cstddef>
#include <memory>
#include <optional>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::kafka {

/// A request or response without its length field. The bytes are the holder's to change.
struct Frame {
  std::shared_ptr<std::byte[]> owner;
  MutableBytes bytes;
};

class FrameBuffer {
 public:
  /// `max_frame_bytes`: socket.request.max.bytes.
  explicit FrameBuffer(std::size_t max_frame_bytes) : max_frame_bytes_(max_frame_bytes) {}

  /// Where the next bytes go; never empty.
  MutableBytes space();
  void received(std::size_t count);
  /// The next whole frame; none yet; or kMalformed / kTooLarge for a length that cannot be: close the connection.
  Result<std::optional<Frame>> next();
  /// Received and not yet part of a frame that was taken.
  ByteView pending() const { return {chunk_.get() + start_, end_ - start_}; }

 private:
  void move_to_chunk(std::size_t capacity);

  std::size_t max_frame_bytes_;
  std::shared_ptr<std::byte[]> chunk_;
  std::size_t capacity_ = 0;
  std::size_t start_ = 0;  // of what is pending
  std::size_t end_ = 0;
  bool shared_ = false;    // a frame in this chunk was handed out
};

}  // namespace wharf::kafka
