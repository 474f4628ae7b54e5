#include "protocols/amqp091/wire/frame_buffer.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "model/byte_order.hpp"

namespace wharf::amqp091 {
namespace {

std::uint32_t payload_size(const std::byte* frame) {
  return load_big_endian<std::uint32_t>(frame + 3);
}

/// What a frame's header says wrong by itself, before its payload has arrived.
std::optional<ProtocolError> fault_of(FrameType type, std::uint16_t channel, std::size_t size, std::size_t largest) {
  auto frame_error = [](std::string why) { return ProtocolError{ReplyCode::kFrameError, std::move(why), {}}; };
  auto unexpected = [](std::string why) { return ProtocolError{ReplyCode::kUnexpectedFrame, std::move(why), {}}; };
  if (size > largest) return frame_error(fmt::format("a frame of {} bytes; frame_max allows {}", size, largest));
  switch (type) {
    case FrameType::kMethod:
      return std::nullopt;
    case FrameType::kHeader:
    case FrameType::kBody:
      if (channel == 0) return unexpected("channel 0 carries no content");
      return std::nullopt;
    case FrameType::kHeartbeat:
      if (size != 0) return frame_error("a heartbeat has no payload");
      if (channel != 0) return unexpected(fmt::format("a heartbeat on channel {}: it belongs to channel 0", channel));
      return std::nullopt;
  }
  return frame_error(fmt::format("there is no frame type {}", static_cast<unsigned>(type)));
}

}  // namespace

/// The whole size of the frame that has begun; 0 while its header is not there.
std::size_t FrameBuffer::pending_frame_bytes() const {
  if (pending().size() < kFrameHeaderBytes) return 0;
  return std::min<std::size_t>(payload_size(pending().data()), largest_payload_) + kFrameOverheadBytes;
}

Outcome<std::optional<Frame>> FrameBuffer::next() {
  std::size_t pending_bytes = pending().size();
  if (pending_bytes < kFrameHeaderBytes) return std::nullopt;
  const std::byte* at = pending().data();
  Frame frame{static_cast<FrameType>(at[0]), load_big_endian<std::uint16_t>(at + 1), {}};
  std::size_t size = payload_size(at);
  if (auto fault = fault_of(frame.type, frame.channel, size, largest_payload_)) return refuse(std::move(*fault));
  if (pending_bytes < size + kFrameOverheadBytes) return std::nullopt;
  if (at[kFrameHeaderBytes + size] != kFrameEnd) {
    return refuse(ReplyCode::kFrameError, fmt::format("a frame of {} bytes ends in {:#04x}, not in 0xce", size,
                                                      static_cast<unsigned>(at[kFrameHeaderBytes + size])));
  }
  frame.payload = {at + kFrameHeaderBytes, size};
  skip(size + kFrameOverheadBytes);
  return frame;
}

}  // namespace wharf::amqp091
