#include "log/hot_tail.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "log/batch_run.hpp"
#include "model/error.hpp"

namespace wharf::log {
namespace {

constexpr std::size_t kSmallestBlock = 1u << 10;
constexpr std::size_t kMarkInterval = 4u << 10;

}  // namespace

HotTail::~HotTail() {
  clear();
}

HotTail::Block& HotTail::begin_block(Offset first, std::size_t charge) {
  Block& block = blocks_.emplace_back();
  block.first = block.next = first;
  block.serial = budget_.next_serial++;
  block.charge = charge;
  ++budget_.live_blocks;
  budget_.blocks.push_back({partition_, block.serial});
  bytes_ += charge;
  budget_.used_bytes += charge;
  return block;
}

void HotTail::pin(const OwnedBatches& batches, Offset first, Offset next) {
  std::size_t size = batches.bytes.size();
  bool is_shared = batches.own_header != nullptr;
  Block& block = begin_block(first, is_shared ? kBatchHeaderBytes : size);
  block.owner = batches.owner;
  block.own_header = batches.own_header;
  block.data = batches.bytes.data();  // never written; capacity equals used
  block.used = block.capacity = size;
  block.next = next;
  if (is_shared) budget_.hold_shared(block.data, size);
}

void HotTail::append(const OwnedBatches& batches, Offset first, Offset next) {
  WHARF_ASSERT(blocks_.empty() || blocks_.back().next == first);
  ByteView bytes = batches.bytes;
  if (bytes.size() >= kPinnedBatchBytes) return pin(batches, first, next);
  bool fits = !blocks_.empty() && blocks_.back().capacity - blocks_.back().used >= bytes.size();
  if (!fits) {
    // As much again as there is: a partition with little traffic, or that is trimmed at once, holds little, a busy one few blocks.
    std::size_t capacity = std::max(std::clamp(bytes_, kSmallestBlock, kLargestBlockBytes), bytes.size());
    auto storage = std::make_shared_for_overwrite<std::byte[]>(capacity);
    Block& block = begin_block(first, capacity);
    block.data = storage.get();
    block.owner = std::move(storage);
    block.capacity = capacity;
  }
  Block& block = blocks_.back();
  if (block.used - (block.marks.empty() ? 0 : block.marks.back().position) >= kMarkInterval) {
    block.marks.push_back({first, static_cast<std::uint32_t>(block.used)});
  }
  std::memcpy(block.data + block.used, bytes.data(), bytes.size());
  std::ranges::copy(batches.header_apart(), block.data + block.used);
  block.used += bytes.size();
  block.next = next;
}

ByteView HotTail::Block::run_from(Offset offset) const {
  if (own_header) return {own_header.get(), kBatchHeaderBytes};
  auto above = std::ranges::upper_bound(marks, offset, {}, &Mark::first);
  ByteView run(data, used);
  if (above != marks.begin()) run = run.subspan(std::prev(above)->position);
  return run.subspan(find_in_run(run, offset));
}

std::size_t HotTail::block_holding(Offset offset) const {
  auto above = std::ranges::upper_bound(blocks_, offset, {}, &Block::first);
  WHARF_ASSERT(above != blocks_.begin());
  return static_cast<std::size_t>(above - blocks_.begin()) - 1;
}

std::size_t HotTail::read_shared(const Block& block, std::size_t max_bytes, Offset below, bool whatever_size,
                                 std::vector<runtime::OutPiece>& pieces) const {
  if (block.next > below || (block.used > max_bytes && !whatever_size)) return 0;
  pieces.emplace_back(SharedBytes(block.own_header, {block.own_header.get(), kBatchHeaderBytes}));
  pieces.emplace_back(SharedBytes(block.owner, block.records()));
  return block.used;
}

std::size_t HotTail::read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one,
                          std::vector<runtime::OutPiece>& pieces, Offset& next) const {
  std::size_t total = 0;
  for (std::size_t number = block_holding(from); number < blocks_.size(); ++number) {
    const Block& block = blocks_[number];
    bool whatever_size = total == 0 && at_least_one;
    if (block.own_header) {
      std::size_t length = read_shared(block, max_bytes - total, below, whatever_size, pieces);
      total += length;
      if (length > 0) next = block.next;
      if (length == 0 || total >= max_bytes) break;
      continue;
    }
    ByteView run = block.run_from(std::max(from, block.first));
    std::size_t length = measure_run(run, max_bytes - total, below);
    if (length == 0 && whatever_size && !run.empty() && batch_next_offset(run) <= below) length = batch_bytes(run);
    if (length > 0) {
      pieces.emplace_back(SharedBytes(block.owner, run.first(length)));
      next = length < run.size() ? batch_base_offset(run.subspan(length)) : block.next;
    }
    total += length;
    if (length < run.size() || total >= max_bytes) break;
  }
  return total;
}

HotTail::Run HotTail::run_from(Offset from, Offset below) const {
  const Block& block = blocks_[block_holding(from)];
  ByteView run = block.run_from(from);
  if (block.own_header) return block.next <= below ? Run{run, block.records()} : Run{};
  return {run.first(measure_run(run, std::numeric_limits<std::size_t>::max(), below)), {}};
}

void HotTail::drop_oldest_block() {
  const Block& oldest = blocks_.front();
  bytes_ -= oldest.charge;
  budget_.used_bytes -= oldest.charge;
  if (oldest.own_header) budget_.let_go_shared(oldest.data, oldest.used);
  blocks_.pop_front();
  --budget_.live_blocks;
}

void HotTail::clear() {
  while (!blocks_.empty()) drop_oldest_block();
}

}  // namespace wharf::log
