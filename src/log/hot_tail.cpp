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

HotTail::~HotTail() { clear(); }

HotTail::Block& HotTail::begin_block(Offset first) {
  Block& block = blocks_.emplace_back();
  block.first = block.next = first;
  block.serial = budget_.next_serial++;
  ++budget_.live_blocks;
  budget_.blocks.push_back({partition_, block.serial});
  return block;
}

void HotTail::append(const std::shared_ptr<std::byte[]>& owner, ByteView batches, Offset first, Offset next) {
  WHARF_ASSERT(blocks_.empty() || blocks_.back().next == first);
  if (batches.size() >= kPinnedBatchBytes) {
    Block& block = begin_block(first);
    block.owner = owner;
    block.data = const_cast<std::byte*>(batches.data());  // NOLINT: never written; capacity equals used
    block.used = block.capacity = batches.size();
    block.next = next;
    bytes_ += block.capacity;
    budget_.used_bytes += block.capacity;
    return;
  }
  bool fits = !blocks_.empty() && blocks_.back().capacity - blocks_.back().used >= batches.size();
  if (!fits) {
    // Doubling: a partition with little traffic holds little, a busy one few blocks.
    std::size_t last = blocks_.empty() ? 0 : std::min(blocks_.back().capacity, kLargestBlockBytes);
    std::size_t capacity = std::max(std::clamp(last * 2, kSmallestBlock, kLargestBlockBytes), batches.size());
    auto storage = std::make_shared_for_overwrite<std::byte[]>(capacity);
    Block& block = begin_block(first);
    block.data = storage.get();
    block.owner = std::move(storage);
    block.capacity = capacity;
    bytes_ += capacity;
    budget_.used_bytes += capacity;
  }
  Block& block = blocks_.back();
  if (block.used - (block.marks.empty() ? 0 : block.marks.back().position) >= kMarkInterval) {
    block.marks.push_back({first, static_cast<std::uint32_t>(block.used)});
  }
  std::memcpy(block.data + block.used, batches.data(), batches.size());
  block.used += batches.size();
  block.next = next;
}

ByteView HotTail::Block::run_from(Offset offset) const {
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

std::size_t HotTail::read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one,
                          std::vector<runtime::OutPiece>& pieces) const {
  std::size_t total = 0;
  for (std::size_t number = block_holding(from); number < blocks_.size(); ++number) {
    const Block& block = blocks_[number];
    ByteView run = block.run_from(std::max(from, block.first));
    std::size_t length = measure_run(run, max_bytes - total, below);
    if (length == 0 && total == 0 && at_least_one && !run.empty() && batch_next_offset(run) <= below) length = batch_bytes(run);
    if (length > 0) pieces.emplace_back(SharedBytes(block.owner, run.first(length)));
    total += length;
    if (length < run.size() || total >= max_bytes) break;
  }
  return total;
}

ByteView HotTail::run_from(Offset from, Offset below) const {
  ByteView run = blocks_[block_holding(from)].run_from(from);
  return run.first(measure_run(run, std::numeric_limits<std::size_t>::max(), below));
}

void HotTail::drop_oldest_block() {
  bytes_ -= blocks_.front().capacity;
  budget_.used_bytes -= blocks_.front().capacity;
  blocks_.pop_front();
  --budget_.live_blocks;
}

void HotTail::clear() {
  while (!blocks_.empty()) drop_oldest_block();
}

}  // namespace wharf::log
