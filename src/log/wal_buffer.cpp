#include "log/wal_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "model/error.hpp"

namespace wharf::log {

std::byte* WalBuffer::block(std::uint64_t number) {
  return chunks_[number / kChunkBlocks - first_chunk_].get() + number % kChunkBlocks * kWalBlockBytes;
}

void WalBuffer::close_block() {
  if (open_) store_wal_block_fill(block(end_ - 1), fill_);
  open_ = false;
}

void WalBuffer::begin_block() {
  close_block();
  std::uint64_t chunk = end_ / kChunkBlocks;
  if (chunks_.empty()) first_chunk_ = chunk;
  if (chunk - first_chunk_ == chunks_.size()) {
    if (free_.empty()) {
      free_.emplace_back(new (std::align_val_t{kWalBlockBytes}) std::byte[kChunkBytes]);
    }
    chunks_.push_back(std::move(free_.back()));
    free_.pop_back();
  }
  ++end_;
  open_ = true;
  fill_ = {};
}

void WalBuffer::append(const WalRecordHeader& header, ByteView payload, ByteView rest) {
  if (!open_ || kWalPayloadBytes - fill_.used < kWalRecordHeaderBytes) begin_block();
  if (fill_.first_record == WalBlockFill::kNoRecord) fill_.first_record = fill_.used;
  put(encode_wal_record_header(header, static_cast<std::uint32_t>(payload.size() + rest.size())));
  put(payload);
  put(rest);
}

void WalBuffer::put(ByteView bytes) {
  while (!bytes.empty()) {
    if (fill_.used == kWalPayloadBytes) begin_block();
    std::size_t length = std::min(bytes.size(), kWalPayloadBytes - fill_.used);
    std::memcpy(block(end_ - 1) + kWalBlockHeaderBytes + fill_.used, bytes.data(), length);
    fill_.used = static_cast<std::uint16_t>(fill_.used + length);
    bytes = bytes.subspan(length);
  }
}

void WalBuffer::collect(std::uint64_t from, std::uint64_t to, std::vector<MutableBytes>& parts) {
  WHARF_ASSERT(begin_ <= from && from <= to && to <= end_);
  while (from < to) {
    std::uint64_t count = std::min(to - from, kChunkBlocks - from % kChunkBlocks);
    parts.emplace_back(block(from), count * kWalBlockBytes);
    from += count;
  }
}

void WalBuffer::drop_to(std::uint64_t to) {
  WHARF_ASSERT(begin_ <= to && to <= end_ && !(open_ && to == end_));
  begin_ = to;
  while (!chunks_.empty() && (first_chunk_ + 1) * kChunkBlocks <= begin_) {
    if (free_.size() < kFreeChunks) free_.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
    ++first_chunk_;
  }
}

}  // namespace wharf::log
