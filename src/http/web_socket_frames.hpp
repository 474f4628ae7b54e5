#pragma once
// WebSocket (RFC 6455) as bytes: what a client sends -> the stream of bytes inside, and control frames; and the heads
// of frames to it. Messages are of no account here: protocols that run over WebSocket may cut theirs anywhere. No I/O,
// and no memory but the buffer.
//
//   std::size_t count = read(frames.space());
//   frames.received(count);
//   std::expected<WebSocketStep, CloseCode> step = frames.next(into);    // until it is kNeedsMore
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"

namespace wharf::http {

enum class WebSocketOpcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

/// Section 7.4.1.
enum class CloseCode : std::uint16_t { kNormal = 1000, kGoingAway = 1001, kProtocolError = 1002, kTooLarge = 1009 };

inline constexpr std::size_t kLongestControlPayload = 125;

struct WebSocketStep {
  enum class Kind : std::uint8_t {
    kNeedsMore,
    kData,   // `count` bytes were put where the caller said
    kPing,   // to be answered with `payload`
    kClose,  // the client ends it; likewise
  };
  Kind kind = Kind::kNeedsMore;
  std::size_t count = 0;
  std::string payload;
};

class WebSocketFrames {
 public:
  /// `most`: of one message, all its fragments together.
  explicit WebSocketFrames(std::size_t most) : most_(most), buffer_(kBufferBytes) {}

  /// Where the next bytes go; never empty after kNeedsMore.
  MutableBytes space();
  void received(std::size_t count);
  /// Nothing has arrived that next() has not given out.
  bool empty() const { return begin_ == end_; }
  /// The next of what has arrived. `into`, not empty, takes the bytes of messages, unmasked. An error ends the
  /// connection: kProtocolError, kTooLarge.
  std::expected<WebSocketStep, CloseCode> next(MutableBytes into);

 private:
  static constexpr std::size_t kBufferBytes = 4096;

  ByteView pending() const { return ByteView(buffer_).subspan(begin_, end_ - begin_); }
  /// True: it is there, and read.
  std::expected<bool, CloseCode> read_head();
  std::expected<void, CloseCode> check_head(std::uint8_t first, std::uint64_t length);
  void unmask(MutableBytes bytes);

  std::size_t most_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  // Of the frame whose payload comes next:
  bool in_frame_ = false;
  WebSocketOpcode opcode_ = WebSocketOpcode::kBinary;
  std::uint64_t left_ = 0;
  std::array<std::byte, 4> mask_{};
  std::size_t masked_ = 0;
  // Of the message:
  bool in_message_ = false;
  std::uint64_t message_bytes_ = 0;
};

/// The head of a frame to a client, which is a whole message.
std::string web_socket_head(WebSocketOpcode opcode, std::uint64_t payload_bytes);
/// A whole control frame.
std::string web_socket_control(WebSocketOpcode opcode, std::string_view payload);
std::string web_socket_close(CloseCode code);

}  // namespace wharf::http
