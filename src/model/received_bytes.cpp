#include "model/received_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/error.hpp"
#include "model/sole_owner.hpp"
#include "model/spare_chunk.hpp"

namespace wharf {
namespace {

constexpr std::size_t kChunkBytes = SpareChunk::kBytes;
constexpr std::size_t kLargestIdleBytes = 4 * kChunkBytes;

thread_local SpareChunk spare;

}  // namespace

void ReceivedBytes::move_to_chunk(std::size_t capacity) {
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

void ReceivedBytes::take_spare() {
  std::shared_ptr<std::byte[]> chunk = spare.take();
  if (!chunk) return;
  std::size_t pending_bytes = end_ - start_;
  if (pending_bytes > 0) std::memcpy(chunk.get(), chunk_.get() + start_, pending_bytes);
  chunk_ = std::move(chunk);
  capacity_ = kChunkBytes;
  start_ = 0;
  end_ = pending_bytes;
}

MutableBytes ReceivedBytes::space(std::size_t frame_bytes) {
  std::size_t pending_bytes = end_ - start_;
  if (capacity_ < kChunkBytes) take_spare();
  if (pending_bytes == 0 && capacity_ > kLargestIdleBytes) {  // what one huge frame needed
    chunk_.reset();
    capacity_ = start_ = end_ = 0;
  }
  if (pending_bytes == 0 && nobody_else_holds(chunk_)) start_ = end_ = 0;
  std::size_t room = capacity_ - end_;
  bool fits = frame_bytes > pending_bytes ? start_ + frame_bytes <= capacity_ : room >= sizes_.smallest_read;
  // A frame that does not fit moves at once while little of it is there, then each time that the chunk is full, to four
  // times what has arrived and at most what the frame needs: a promise alone allocates nothing, and growing stays
  // linear.
  if (!fits && (start_ > 0 || room == 0)) {
    std::size_t usual = std::clamp<std::size_t>(4 * capacity_, sizes_.first_chunk, kChunkBytes);
    move_to_chunk(
        std::max(usual, std::min(std::max(frame_bytes, pending_bytes + sizes_.smallest_read), 4 * pending_bytes)));
  }
  return {chunk_.get() + end_, capacity_ - end_};
}

void ReceivedBytes::rest() {
  std::size_t pending_bytes = end_ - start_;
  if (capacity_ == 0 || 4 * pending_bytes > capacity_ || !nobody_else_holds(chunk_)) return;
  std::shared_ptr<std::byte[]> chunk = std::move(chunk_);
  chunk_.reset();
  std::size_t bytes = std::exchange(capacity_, 0);
  std::size_t from = std::exchange(start_, 0);
  end_ = 0;
  if (pending_bytes > 0) {
    capacity_ = pending_bytes;
    chunk_ = std::make_shared_for_overwrite<std::byte[]>(capacity_);
    std::memcpy(chunk_.get(), chunk.get() + from, pending_bytes);
    end_ = pending_bytes;
  }
  spare.give_back(std::move(chunk), bytes);
}

void ReceivedBytes::received(std::size_t count) {
  WHARF_ASSERT(count <= capacity_ - end_);
  end_ += count;
}

void ReceivedBytes::skip(std::size_t count) {
  WHARF_ASSERT(count <= end_ - start_);
  start_ += count;
}

}  // namespace wharf
