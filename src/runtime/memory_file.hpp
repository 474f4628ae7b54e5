#pragma once
// The bytes of one file in memory (memory_files.hpp), and the budget that all files of one file system share.
#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::runtime {

/// Bytes taken of a limit. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit_bytes) : limit_(limit_bytes) {}
  bool take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t limit() const { return limit_; }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

/// A file's content, named or not any more. Thread-safe.
class MemoryContent {
 public:
  explicit MemoryContent(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}
  ~MemoryContent();
  MemoryContent(const MemoryContent&) = delete;
  MemoryContent& operator=(const MemoryContent&) = delete;

  std::size_t read_at(std::uint64_t position, MutableBytes into) const;
  Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts);
  std::uint64_t size() const;
  Result<void> truncate(std::uint64_t size);
  /// False when somebody holds it already.
  bool take_lock() { return !locked_.exchange(true); }
  void release_lock() { locked_.store(false); }

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> bytes;  // `capacity` of them; what lies behind reads as zeros
    std::size_t capacity = 0;
  };

  Result<void> write_part(std::uint64_t position, ByteView bytes);
  bool make_room(Chunk& chunk, std::size_t length);

  std::shared_ptr<MemoryBudget> budget_;
  mutable std::shared_mutex mutex_;
  std::vector<Chunk> chunks_;
  std::uint64_t size_ = 0;
  std::atomic<bool> locked_{false};
};

}  // namespace wharf::runtime
