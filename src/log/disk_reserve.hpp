#pragma once
// A file of `bytes` that is there to be given up: when the disk is full, its space is for what must be written all the same
// (log/space_guard.hpp says what). Thread-safe; waits for the disk.
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

  /// Makes the reserve when it is not there and twice its size is free. Call it after the start and now and then; true
  /// when it is whole.
  Result<bool> ensure();
  /// Gives the space to whoever asks next. True when there was some.
  Result<bool> release();
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
