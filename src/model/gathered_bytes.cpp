#include "model/gathered_bytes.hpp"

#include <algorithm>
#include <utility>

#include "model/sole_owner.hpp"
#include "model/spare_chunk.hpp"

namespace wharf {
namespace {

constexpr std::size_t kChunkBytes = SpareChunk::kBytes;
constexpr std::size_t kLargestIdleBytes = 4 * kChunkBytes;

thread_local SpareChunk spare;

}  // namespace

void GatheredBytes::enlarge(std::size_t more) {
  std::size_t needed = size_ + more;
  if (!chunk_ && (chunk_ = spare.take())) chunk_bytes_ = kChunkBytes;
  if (needed <= chunk_bytes_ && nobody_else_holds(chunk_)) {
    if (size_ > 0) std::memmove(chunk_.get(), begin_, size_);
  } else {
    chunk_bytes_ = std::max({std::min(4 * chunk_bytes_, kChunkBytes), 2 * needed, first_chunk_bytes_});
    auto chunk = std::make_shared_for_overwrite<std::byte[]>(chunk_bytes_);
    if (size_ > 0) std::memcpy(chunk.get(), begin_, size_);
    chunk_ = std::move(chunk);
  }
  begin_ = chunk_.get();
  capacity_ = chunk_bytes_;
}

void GatheredBytes::rewind(std::size_t position) {
  size_ = position;
  while (!splices_.empty() && splices_.back().position > position) {
    outside_bytes_ -= splices_.back().bytes.size();
    splices_.pop_back();
  }
}

std::vector<SharedBytes> GatheredBytes::take() {
  cut();
  outside_bytes_ = 0;
  return std::exchange(pieces_, {});
}

void GatheredBytes::rest() {
  if (!empty() || !nobody_else_holds(chunk_)) return;
  spare.give_back(std::move(chunk_), chunk_bytes_);
  chunk_.reset();
  begin_ = nullptr;
  chunk_bytes_ = capacity_ = 0;
}

void GatheredBytes::cut() {
  pieces_.reserve(pieces_.size() + 2 * splices_.size() + 1);
  std::size_t at = 0;
  auto run_until = [&](std::size_t end) {
    if (end > at) pieces_.emplace_back(chunk_, ByteView(begin_ + at, end - at));
    at = end;
  };
  for (Splice& splice : splices_) {
    run_until(splice.position);
    pieces_.push_back(std::move(splice.bytes));
  }
  run_until(size_);
  splices_.clear();
  outside_bytes_ += size_;
  begin_ += size_;
  capacity_ -= size_;
  size_ = 0;
  if (chunk_bytes_ > kLargestIdleBytes) {
    chunk_.reset();
    begin_ = nullptr;
    chunk_bytes_ = capacity_ = 0;
  }
}

}  // namespace wharf
