#include "protocols/amqp091/wire/frame_buffer.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/error.hpp"
#include "model/sole_owner.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::size_t kFirstChunkBytes = 4096;  // what an idle connection keeps
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kLargestIdleBytes = 4 * kChunkBytes;
constexpr std::size_t kSmallestRead = 1024;

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

void FrameBuffer::move_to_chunk(std::size_t capacity) {
  std::size_t pending_bytes = end_ - start_;
  if (capacity <= capacity_ && nobody_else_holds(chunk_)) {
    std::memmove(chunk_.get(), chunk_.get() + start_, pending_bytes);
  } else {
    auto chunk = std::make_shared_for_overwrite<std::byte[]>(capacity);
    if (pending_bytes > 0) std::memcpy(chunk.get(), chunk_.get() + start_, pending_bytes);
    chunk_ = std::move(chunk);
    capacity_ = capacity;
  }
  start_ = 0;
  end_ = pending_bytes;
}

/// The whole size of the frame that has begun; 0 while its header is not there.
std::size_t FrameBuffer::pending_frame_bytes() const {
  if (end_ - start_ < kFrameHeaderBytes) return 0;
  return std::min<std::size_t>(payload_size(chunk_.get() + start_), largest_payload_) + kFrameOverheadBytes;
}

MutableBytes FrameBuffer::space() {
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes == 0 && capacity_ > kLargestIdleBytes) {  // what one huge frame needed
    chunk_.reset();
    capacity_ = start_ = end_ = 0;
  }
  if (pending_bytes == 0 && nobody_else_holds(chunk_)) start_ = end_ = 0;
  std::size_t room = capacity_ - end_;
  std::size_t frame_bytes = pending_frame_bytes();
  bool fits = frame_bytes > pending_bytes ? start_ + frame_bytes <= capacity_ : room >= kSmallestRead;
  // A frame that does not fit moves at once while little of it is there, then each time that the chunk is full, to four
  // times what has arrived and at most what the frame needs: a promise alone allocates nothing, and growing stays
  // linear.
  if (!fits && (start_ > 0 || room == 0)) {
    std::size_t usual = std::clamp(4 * capacity_, kFirstChunkBytes, kChunkBytes);
    move_to_chunk(std::max(usual, std::min(std::max(frame_bytes, pending_bytes + kSmallestRead), 4 * pending_bytes)));
  }
  return {chunk_.get() + end_, capacity_ - end_};
}

void FrameBuffer::received(std::size_t count) {
  WHARF_ASSERT(count <= capacity_ - end_);
  end_ += count;
}

void FrameBuffer::skip(std::size_t count) {
  WHARF_ASSERT(count <= end_ - start_);
  start_ += count;
}

Outcome<std::optional<Frame>> FrameBuffer::next() {
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes < kFrameHeaderBytes) return std::nullopt;
  const std::byte* at = chunk_.get() + start_;
  Frame frame{static_cast<FrameType>(at[0]), load_big_endian<std::uint16_t>(at + 1), {}};
  std::size_t size = payload_size(at);
  if (auto fault = fault_of(frame.type, frame.channel, size, largest_payload_)) return refuse(std::move(*fault));
  if (pending_bytes < size + kFrameOverheadBytes) return std::nullopt;
  if (at[kFrameHeaderBytes + size] != kFrameEnd) {
    return refuse(ReplyCode::kFrameError, fmt::format("a frame of {} bytes ends in {:#04x}, not in 0xce", size,
                                                      static_cast<unsigned>(at[kFrameHeaderBytes + size])));
  }
  frame.payload = {at + kFrameHeaderBytes, size};
  start_ += size + kFrameOverheadBytes;
  return frame;
}

}  // namespace wharf::amqp091
