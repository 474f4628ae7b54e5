#pragma once
// Records on their way into the write-ahead log, laid out as the blocks that will be written: the only copy of a
// payload. Blocks have numbers that rise for ever. Memory comes in aligned chunks that are used again, so that in
// steady state nothing is allocated, and a chunk may be written by another thread while later blocks of it are filled
// here.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <vector>

#include "log/wal_format.hpp"
#include "model/bytes.hpp"

namespace wharf::log {

class WalBuffer {
 public:
  static constexpr std::size_t kChunkBlocks = 32;
  static constexpr std::size_t kChunkBytes = kChunkBlocks * kWalBlockBytes;
  static constexpr std::size_t kFreeChunks = 16;  // kept for the next records

  /// The record, `payload` with `rest` behind it, is in the blocks below end() afterwards.
  void append(const WalRecordHeader& header, ByteView payload, ByteView rest = {});
  /// The block that is being filled takes no more: blocks below end() may be written.
  void close_block();

  std::uint64_t begin() const { return begin_; }  // first block that is still here
  std::uint64_t end() const { return end_; }      // behind the newest block
  std::size_t bytes() const { return (end_ - begin_) * kWalBlockBytes; }

  /// Adds the memory of blocks [from, to), all closed, to `parts`, in order: payloads, and how full they are. Good
  /// until dropped.
  void collect(std::uint64_t from, std::uint64_t to, std::vector<MutableBytes>& parts);
  /// Blocks below `to` are durable: forgets them.
  void drop_to(std::uint64_t to);

 private:
  struct AlignedDelete {
    void operator()(std::byte* chunk) const { ::operator delete[](chunk, std::align_val_t{kWalBlockBytes}); }
  };
  using Chunk = std::unique_ptr<std::byte[], AlignedDelete>;

  std::byte* block(std::uint64_t number);
  void begin_block();
  void put(ByteView bytes);

  std::deque<Chunk> chunks_;
  std::vector<Chunk> free_;
  std::uint64_t first_chunk_ = 0;  // number of chunks_.front(): blocks first_chunk_ * kChunkBlocks and up
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  bool open_ = false;  // the newest block takes more
  WalBlockFill fill_;  // of the newest block
};

}  // namespace wharf::log
