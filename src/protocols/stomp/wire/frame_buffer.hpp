#pragma once
// Bytes of a connection -> frames. No I/O: the shell asks for space, says how much arrived, takes whole frames. Ends of
// lines between frames are heart-beats and passed over.
//
//   MutableBytes space = frames.space();            // read from the socket into it
//   frames.received(count);
//   while (next = frames.next(), next && *next) handle(**next);
//
// Lines end with LF or CR LF, whatever the version: clients of 1.0 and 1.1 send both.
#include <cstddef>
#include <list>
#include <optional>
#include <string>

#include "model/received_bytes.hpp"
#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

/// Looked at before anything is kept: a frame above them is refused as soon as that is known.
struct FrameLimits {
  std::size_t headers = 64;
  std::size_t header_bytes = 16 << 10;  // of one line, escaped as it comes
  std::size_t head_bytes = 64 << 10;    // of all lines together
  std::size_t body_bytes = 1 << 10;
};

class FrameBuffer {
 public:
  /// As for a stranger, who may send CONNECT.
  FrameBuffer() = default;
  void set_limits(const FrameLimits& limits) { limits_ = limits; }
  /// What escapes mean from here on.
  void set_version(Version version) { version_ = version; }

  /// Where the next bytes go; never empty. Ends the life of all frames that were taken.
  MutableBytes space() { return bytes_.space(frame_bytes_); }
  void received(std::size_t count) { bytes_.received(count); }
  /// Nothing more comes for now. Ends the life of what was taken and not kept.
  void rest() { bytes_.rest(); }
  /// The next whole frame, good until the next call; none yet; or why the connection has to close.
  Outcome<std::optional<Frame>> next();
  ByteView pending() const { return bytes_.pending(); }

 private:
  void skip_line_ends();
  void skip(std::size_t count);
  /// Whether the head is there, as far as it has to be looked at.
  Outcome<bool> find_head();
  Outcome<void> check_line(std::size_t begin, std::size_t end);
  Outcome<Header> header_of(std::string_view line);
  Outcome<std::string_view> plain(std::string_view text);
  Outcome<void> read_length();
  /// Where the body ends; none: it is not all there.
  Outcome<std::optional<std::size_t>> find_end();

  ReceivedBytes bytes_;
  FrameLimits limits_;
  Version version_ = Version::k12;
  // Of the frame that is pending:
  std::size_t scanned_ = 0;     // bytes that were looked at
  std::size_t line_begin_ = 0;  // of the head's line that is not whole yet
  std::size_t lines_ = 0;
  std::optional<std::size_t> body_begin_;  // the head is there
  std::optional<std::size_t> length_;      // by `content-length`
  std::size_t frame_bytes_ = 0;            // with its NUL; 0: not known
  std::list<std::string> unescaped_;       // memory of the last frame's texts; no deque: an empty one has memory
};

}  // namespace wharf::stomp
