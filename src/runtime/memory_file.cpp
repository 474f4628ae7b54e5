#include "runtime/memory_file.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "runtime/memory_files.hpp"

namespace wharf::runtime {
namespace {

constexpr std::size_t kChunkBytes = MemoryFileSystem::kChunkBytes;
constexpr std::size_t kSmallestChunk = 512;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 38;  // bounds the table of chunks that a far position asks for

}  // namespace

bool MemoryBudget::take(std::uint64_t bytes) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ || used > limit_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

MemoryContent::~MemoryContent() {
  for (const Chunk& chunk : chunks_) budget_->give_back(chunk.capacity);
}

std::uint64_t MemoryContent::size() const {
  std::shared_lock lock(mutex_);
  return size_;
}

std::size_t MemoryContent::read_at(std::uint64_t position, MutableBytes into) const {
  std::shared_lock lock(mutex_);
  if (position >= size_) return 0;
  std::size_t wanted = std::min<std::uint64_t>(into.size(), size_ - position);
  std::size_t done = 0;
  while (done < wanted) {
    std::uint64_t at = position + done;
    std::size_t within = at % kChunkBytes;
    std::size_t count = std::min(kChunkBytes - within, wanted - done);
    const std::size_t index = at / kChunkBytes;
    std::size_t stored = index < chunks_.size() ? chunks_[index].capacity : 0;
    std::size_t copied = stored > within ? std::min(stored - within, count) : 0;
    if (copied > 0) std::memcpy(into.data() + done, chunks_[index].bytes.get() + within, copied);
    std::memset(into.data() + done + copied, 0, count - copied);
    done += count;
  }
  return wanted;
}

Result<void> MemoryContent::write_at(std::uint64_t position, std::span<const ByteView> parts) {
  std::unique_lock lock(mutex_);
  for (ByteView part : parts) {
    if (Result<void> done = write_part(position, part); !done) return done;
    position += part.size();
  }
  return {};
}

Result<void> MemoryContent::write_part(std::uint64_t position, ByteView bytes) {
  if (position > kLargestFile || bytes.size() > kLargestFile - position) return fail(ErrorCode::kDiskFull, "a file in memory is too long");
  while (!bytes.empty()) {
    std::size_t index = position / kChunkBytes;
    std::size_t within = position % kChunkBytes;
    std::size_t count = std::min(kChunkBytes - within, bytes.size());
    if (index >= chunks_.size()) chunks_.resize(index + 1);
    if (!make_room(chunks_[index], within + count)) {
      return fail(ErrorCode::kDiskFull, fmt::format("the memory limit of {} bytes for files is reached", budget_->limit()));
    }
    std::memcpy(chunks_[index].bytes.get() + within, bytes.data(), count);
    position += count;
    size_ = std::max(size_, position);
    bytes = bytes.subspan(count);
  }
  return {};
}

bool MemoryContent::make_room(Chunk& chunk, std::size_t length) {
  if (length <= chunk.capacity) return true;
  std::size_t capacity = std::clamp(std::bit_ceil(length), kSmallestChunk, kChunkBytes);
  if (!budget_->take(capacity - chunk.capacity)) return false;
  auto grown = std::make_unique<std::byte[]>(capacity);  // zeros
  if (chunk.capacity > 0) std::memcpy(grown.get(), chunk.bytes.get(), chunk.capacity);
  chunk = {std::move(grown), capacity};
  return true;
}

Result<void> MemoryContent::truncate(std::uint64_t size) {
  std::unique_lock lock(mutex_);
  if (size > kLargestFile) return fail(ErrorCode::kDiskFull, "a file in memory is too long");
  if (size < size_) {
    std::size_t kept = size / kChunkBytes + (size % kChunkBytes > 0 ? 1 : 0);
    for (std::size_t i = kept; i < chunks_.size(); ++i) budget_->give_back(chunks_[i].capacity);
    if (kept < chunks_.size()) chunks_.resize(kept);
    std::size_t within = size % kChunkBytes;
    bool cuts_last = within > 0 && kept == chunks_.size();
    if (cuts_last && chunks_.back().capacity > within) {  // what a later extension must show as zeros
      std::memset(chunks_.back().bytes.get() + within, 0, chunks_.back().capacity - within);
    }
  }
  size_ = size;
  return {};
}

}  // namespace wharf::runtime
