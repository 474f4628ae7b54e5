#pragma once
// A file of `bytes` that is there to be given up, piece by piece: when the disk is full, its space is for what must be
// written all the same (log/space_guard.hpp says what). Thread-safe; waits for the disk.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>

#include "model/error.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

class DiskReserve {
 public:
  /// `bytes` 0: keeps nothing.
  DiskReserve(runtime::FileSystem& files, std::filesystem::path path, std::uint64_t bytes);

  /// Makes what is missing of the reserve when its whole size is free behind that. Call it after the start and now and
  /// then; true when it is whole.
  Result<bool> ensure();
  /// Gives so many bytes, or all above `keep` when there are fewer, to whoever asks next. True when there were some.
  Result<bool> release(std::uint64_t bytes, std::uint64_t keep = 0);
  /// As ensure() and release() left it. Waits for nothing.
  bool is_whole() const { return whole_.load(std::memory_order_relaxed); }

 private:
  runtime::FileSystem& files_;
  std::filesystem::path path_;
  std::uint64_t bytes_;
  std::atomic<bool> whole_ = false;
  std::mutex mutex_;
};

}  // namespace wharf::log
