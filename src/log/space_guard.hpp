#pragma once
// Notices that the disk fills up before it is full. From then on clients' records are refused, while the write-behind
// of what was confirmed already goes on in what is left. When somebody else took even that, the reserve
// (log/disk_reserve.hpp) is given up for it, piece by piece, but not below its half: that is for the catalogue's
// records, which deletions and a start need, and for the write-ahead log that holds them
// (docs/decisions/032-full-disk.md).
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "log/disk_reserve.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"

namespace wharf::log {

/// What a piece of the reserve is for.
enum class ReserveUse : std::uint8_t {
  kConfirmed,  // records that were confirmed and are not in their segments: down to half of the reserve
  kCatalogue,  // the catalogue's records, the write-ahead log, checkpoints: all of it
};

class SpaceGuard {
 public:
  /// `reserve_bytes` 0: never refuses anything. `stores`: how many tell what they still have to write.
  SpaceGuard(runtime::FileSystem& files, std::filesystem::path folder, std::uint64_t reserve_bytes, std::uint32_t stores,
             runtime::Logger& logger);

  /// What is given up before the disk counts as full, and before the reserve. `drop` waits for the disk; true when it
  /// made room. Before any other call.
  void set_idle(std::function<bool()> drop) { drop_idle_ = std::move(drop); }

  /// Records of clients are to be refused with kDiskFull. Any thread, at the price of a load.
  bool full() const { return full_.load(std::memory_order_relaxed); }
  /// Before it is full: less is free than a full disk has to have before records are taken again. Any thread, as full().
  bool low() const { return low_.load(std::memory_order_relaxed) || full(); }
  /// What was confirmed found no place even in its half of the reserve: none but the catalogue's records are to be
  /// taken.
  bool starved() const { return starved_.load(std::memory_order_relaxed); }
  /// True when taking `bytes` leaves less than what must be written needs. Waits for the disk.
  bool is_scarce(std::uint64_t bytes) const;
  /// What a shard's write-ahead log holds and its segments do not: space that is spent already.
  void set_waiting(ShardIndex shard, std::uint64_t bytes) { waiting_[shard.value].store(bytes, std::memory_order_relaxed); }

  /// A store has everything that was confirmed in its segments.
  void note_stored() { starved_ = false; }

  /// Looks at the disk: now full, or room again, and then the reserve is made anew. Waits for the disk.
  void look();
  /// As look(), but makes no reserve: at the start, where each millisecond counts.
  void glance();
  /// A write found the disk full.
  void note_full();
  /// ... and it was one that must succeed, of about so many bytes. True when giving up that much of the reserve made
  /// room: try again. Waits for the disk.
  bool give_up_reserve(std::uint64_t bytes, ReserveUse use);

  DiskReserve& reserve() { return reserve_; }
  const DiskReserve& reserve() const { return reserve_; }

 private:
  std::uint64_t spent() const;
  bool is_short(std::uint64_t available) const;
  bool drop_idle() const { return drop_idle_ && drop_idle_(); }
  void become_full(std::uint64_t available);

  runtime::FileSystem& files_;
  std::filesystem::path folder_;
  runtime::Logger& logger_;
  std::uint64_t reserve_bytes_;
  DiskReserve reserve_;
  std::function<bool()> drop_idle_;
  std::vector<std::atomic<std::uint64_t>> waiting_;
  std::atomic<bool> low_ = false;
  std::atomic<bool> full_ = false;
  std::atomic<bool> starved_ = false;
};

}  // namespace wharf::log
