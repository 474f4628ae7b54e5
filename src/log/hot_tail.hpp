#pragma once
// The newest batches of a partition in memory: what consumers that keep up are served from, and, for sync topics, where
// records are until they are written behind. A run of batches without gaps, in blocks; small batches are copied
// together, large ones keep the request they came in alive. Readers share blocks, so dropping one never disturbs them.
// A large batch that several partitions have is in memory once, and its header, which the partitions stamp, once for
// each.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "log/owned_batches.hpp"
#include "model/bytes.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "runtime/stream.hpp"

namespace wharf::log {

/// Memory of all hot tails of a store, and their blocks in the order they were begun, but for those that could not
/// leave when it was their turn. The store drops the oldest.
struct HotTailBudget {
  struct Block {
    PartitionId partition;
    std::uint64_t serial = 0;
  };
  std::size_t used_bytes = 0;
  std::size_t live_blocks = 0;
  std::uint64_t next_serial = 1;
  std::deque<Block> blocks;  // some are gone already

  /// Of batches that several tails have, by where they are: how many blocks hold them. The first counts their bytes for
  /// all, for as long as one of them is there.
  void hold_shared(const std::byte* data, std::size_t bytes) {
    if (++holders[data] == 1) used_bytes += bytes;
  }
  void let_go_shared(const std::byte* data, std::size_t bytes) {
    auto found = holders.find(data);
    if (--found->second > 0) return;
    holders.erase(found);
    used_bytes -= bytes;
  }
  boost::unordered_flat_map<const std::byte*, std::uint32_t> holders;
};

class HotTail {
 public:
  /// Smaller ones are copied: a 100-byte batch must not pin the 64 KiB that it arrived in.
  static constexpr std::size_t kPinnedBatchBytes = 8u << 10;
  static constexpr std::size_t kLargestBlockBytes = 64u << 10;  // of batches copied together

  HotTail(HotTailBudget& budget, PartitionId partition) : budget_(budget), partition_(partition) {}
  ~HotTail();
  HotTail(const HotTail&) = delete;
  HotTail& operator=(const HotTail&) = delete;

  /// `batches` are whole batches with offsets [first, next); `first` is next() unless the tail is empty.
  void append(const OwnedBatches& batches, Offset first, Offset next);

  bool empty() const { return blocks_.empty(); }
  Offset first() const { return blocks_.front().first; }
  Offset next() const { return blocks_.back().next; }
  std::uint64_t oldest_serial() const { return blocks_.front().serial; }
  Offset oldest_block_next() const { return blocks_.front().next; }
  std::size_t bytes() const { return bytes_; }

  /// Adds whole batches from the one that holds `from` (in [first, next)) to `pieces`: at most `max_bytes`, below
  /// `below`; the first one whatever its size if `at_least_one`. Returns their bytes; where there are some, `next` is
  /// the offset behind them. Of a batch that is shared, the header is a piece of its own.
  std::size_t read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one,
                   std::vector<runtime::OutPiece>& pieces, Offset& next) const;
  /// Whole batches. Or, with `records`: the header of a single one that others share, and what follows it.
  struct Run {
    ByteView bytes;
    ByteView records;
  };
  /// The rest of the block that holds `from`, which begins a batch, below `below`: what is written behind next. Good
  /// until the tail changes.
  Run run_from(Offset from, Offset below) const;

  void drop_oldest_block();
  void clear();

 private:
  /// Where a batch begins, every few KiB: readers need not walk a block from its start for each batch.
  struct Mark {
    Offset first;
    std::uint32_t position = 0;
  };
  struct Block {
    std::shared_ptr<const void> owner;
    std::shared_ptr<std::byte[]> own_header;  // of a shared batch, in place of what `data` begins with
    std::byte* data = nullptr;
    std::size_t used = 0;
    std::size_t capacity = 0;  // used: nothing can be added
    std::size_t charge = 0;    // what it counts for in the budget
    Offset first;
    Offset next;
    std::uint64_t serial = 0;
    std::vector<Mark> marks;
    /// From the batch that holds `offset`; of a shared batch its header.
    ByteView run_from(Offset offset) const;
    ByteView records() const { return ByteView(data, used).subspan(kBatchHeaderBytes); }
  };

  Block& begin_block(Offset first, std::size_t charge);
  void pin(const OwnedBatches& batches, Offset first, Offset next);
  std::size_t read_shared(const Block& block, std::size_t max_bytes, Offset below, bool whatever_size,
                          std::vector<runtime::OutPiece>& pieces) const;
  std::size_t block_holding(Offset offset) const;

  HotTailBudget& budget_;
  PartitionId partition_;
  std::deque<Block> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace wharf::log
