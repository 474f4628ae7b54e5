#pragma once
// Contents: a header frame (class, weight 0, body size, properties), then the body in frames of its channel until it is
// complete.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/bytes.hpp"
#include "protocols/amqp091/wire/basic_properties.hpp"
#include "protocols/amqp091/wire/frame_buffer.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"
#include "protocols/amqp091/wire/writer.hpp"

namespace wharf::amqp091 {

struct ContentHeader {
  std::uint16_t class_id = 0;
  std::uint64_t body_bytes = 0;
  PropertiesView properties;  // of the payload's bytes
  std::uint16_t weight = 0;   // the specification knows no other
};

/// The payload of a header frame. Errors: SYNTAX_ERROR, of the properties too.
Outcome<ContentHeader> decode_content_header(ByteView payload);

/// Appends the header frame and the body, cut to frames of at most `frame_max` bytes (0: no limit; an empty body has no
/// frame). `properties` are encoded. A long body is not copied; a short one is, which is cheaper than a piece of its
/// own.
void write_content(std::uint16_t channel, ByteView properties, const SharedBytes& body, std::uint32_t frame_max,
                   Writer& writer);
void write_heartbeat(Writer& writer);

/// A method, and its content if it has one. The body may be kept; all else ends with the connection's next read.
struct Command {
  MethodId id;
  ByteView method;  // the method frame's payload, for decode_method()
  ContentHeader content;
  std::vector<SharedBytes> body;  // in order; where they were received
};

/// One channel's frames -> commands. Keeps what has arrived of a content, and nothing for what its header promises.
///
///     Outcome<bool> complete = channel.take(frame, frames, max_message_bytes);
///     if (complete && *complete) handle(channel.command()), channel.release();
class ContentAssembler {
 public:
  /// Takes the channel's next method, header or body frame out of `frames`. True: command() is complete. Errors:
  /// UNEXPECTED_FRAME out of order, in RabbitMQ's words, which clients look for; FRAME_ERROR for more body than
  /// announced, NOT_IMPLEMENTED for an unknown method, PRECONDITION_FAILED above `max_body_bytes` (of the channel: its
  /// further frames are to be dropped), those of decode_content_header().
  Outcome<bool> take(const Frame& frame, const FrameBuffer& frames, std::uint64_t max_body_bytes);
  const Command& command() const { return command_; }
  /// What is said of a header or body where a method has to come.
  static ProtocolError no_method();
  /// Lets go of the command, which keeps memory from being used again.
  void release();

 private:
  enum class Expects : std::uint8_t { kMethod, kHeader, kBody };
  Outcome<bool> take_method(ByteView payload, const FrameBuffer& frames);
  Outcome<bool> take_header(ByteView payload, const FrameBuffer& frames, std::uint64_t max_body_bytes);
  Outcome<bool> take_body(SharedBytes payload);
  ProtocolError unexpected() const;

  Command command_;
  SharedBytes method_memory_;  // what the command's views lie in; the header's only where it is another
  SharedBytes header_memory_;
  Expects expects_ = Expects::kMethod;
  std::uint64_t missing_bytes_ = 0;
  std::vector<std::byte> gathered_;  // small fragments that follow each other, as one
};

}  // namespace wharf::amqp091
