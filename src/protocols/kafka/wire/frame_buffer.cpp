#include "protocols/kafka/wire/frame_buffer.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/sole_owner.hpp"
#include "protocols/kafka/wire/frame.hpp"

namespace wharf::kafka {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kMostKeptBytes = (1 << 20) + kChunkBytes;  // a request with one of the largest messages, by default
constexpr std::size_t kSmallestRead = 4096;

}  // namespace

void FrameBuffer::move_to_chunk(std::size_t capacity) {
  auto chunk = std::make_shared_for_overwrite<std::byte[]>(capacity);
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes > 0) std::memcpy(chunk.get(), chunk_.get() + start_, pending_bytes);
  chunk_ = std::move(chunk);
  capacity_ = capacity;
  start_ = 0;
  end_ = pending_bytes;
  shared_ = false;
}

MutableBytes FrameBuffer::space() {
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes == 0 && chunk_) {
    // Start over in the same memory once nobody holds a frame of it; what one large frame needed is not kept for ever.
    if (capacity_ > kMostKeptBytes) {
      chunk_.reset();
      capacity_ = start_ = end_ = 0;
    } else if (!shared_ || nobody_else_holds(chunk_)) {
      start_ = end_ = 0;
      shared_ = false;
    }
  }
  std::size_t frame_bytes = 0;
  if (pending_bytes >= kFrameLengthBytes) {
    frame_bytes = kFrameLengthBytes + static_cast<std::uint32_t>(load_big_endian<std::int32_t>(chunk_.get() + start_));
  }
  bool fits = start_ + std::max(frame_bytes, pending_bytes + kFrameLengthBytes) <= capacity_ && capacity_ - end_ >= 1;
  bool tight = frame_bytes == 0 && capacity_ - end_ < kSmallestRead;
  // A frame that does not fit moves to the front of a chunk once, then whenever its chunk is full, to four times what has arrived and at
  // most what it needs: a promise alone allocates nothing, and small reads do not move what is there each time.
  if (!chunk_ || tight || (!fits && (start_ > 0 || end_ == capacity_))) {
    move_to_chunk(std::min(std::max(frame_bytes, kChunkBytes), std::max(kChunkBytes, 4 * pending_bytes)));
  }
  return {chunk_.get() + end_, capacity_ - end_};
}

void FrameBuffer::received(std::size_t count) {
  WHARF_ASSERT(count <= capacity_ - end_);
  end_ += count;
}

Result<std::optional<Frame>> FrameBuffer::next() {
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes < kFrameLengthBytes) return std::nullopt;
  auto length = load_big_endian<std::int32_t>(chunk_.get() + start_);
  if (length < 0) return fail(ErrorCode::kMalformed, fmt::format("a frame of {} bytes", length));
  auto frame_bytes = static_cast<std::size_t>(length);
  if (frame_bytes > max_frame_bytes_) {
    return fail(ErrorCode::kTooLarge, fmt::format("a frame of {} bytes; the limit is {}", frame_bytes, max_frame_bytes_));
  }
  if (pending_bytes - kFrameLengthBytes < frame_bytes) return std::nullopt;
  Frame frame{chunk_, {chunk_.get() + start_ + kFrameLengthBytes, frame_bytes}};
  start_ += kFrameLengthBytes + frame_bytes;
  shared_ = true;
  return frame;
}

}  // namespace wharf::kafka
