#pragma once
// Notices that the disk fills up before it is full. From then on clients' records are refused, while the write-behind of what was
// confirmed already goes on in what is left. When even the write-ahead log finds no space, the reserve (log/disk_reserve.hpp) is
// given up for it: it is large enough for one of its files, and so for the catalogue's own records, which deletions and a start need.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "log/disk_reserve.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"

namespace wharf::log {

class SpaceGuard {
 public:
  /// `reserve_bytes` 0: never refuses anything. `stores`: how many tell what they still have to write.
  SpaceGuard(runtime::FileSystem& files, std::filesystem::path folder, std::uint64_t reserve_bytes, std::uint32_t stores,
             runtime::Logger& logger);

  /// Records of clients are to be refused with kDiskFull. Any thread, at the price of a load.
  bool full() const { return full_.load(std::memory_order_relaxed); }
  /// What a shard's write-ahead log holds for its segments: space that is spent already.
  void set_waiting(ShardIndex shard, std::uint64_t bytes) { waiting_[shard.value].store(bytes, std::memory_order_relaxed); }

  /// Looks at the disk: now full, or room again, and then the reserve is made anew. Waits for the disk.
  void look();
  /// As look(), but makes no reserve: at the start, where each millisecond counts.
  void glance();
  /// A write found the disk full.
  void note_full();
  /// ... and it was one that must succeed. True when giving up the reserve made room: try again. Waits for the disk.
  bool give_up_reserve();

  DiskReserve& reserve() { return reserve_; }
  const DiskReserve& reserve() const { return reserve_; }

 private:
  std::uint64_t spent() const;
  bool is_short(std::uint64_t available) const;
  void become_full(std::uint64_t available);

  runtime::FileSystem& files_;
  std::filesystem::path folder_;
  runtime::Logger& logger_;
  std::uint64_t reserve_bytes_;
  DiskReserve reserve_;
  std::vector<std::atomic<std::uint64_t>> waiting_;
  std::atomic<bool> full_ = false;
};

}  // namespace wharf::log
