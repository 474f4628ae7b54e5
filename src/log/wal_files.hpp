#pragma once
// The files below <data>/wal, of all shards: made, zeroed and synced before they are used, and used again when a checkpoint
// vouches for what they hold. One per data folder. Thread-safe; every call may wait for the disk: call it on the work pool.
//
// What a start finds is left alone until release_recovered(): it may hold the only copy of acknowledged records.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/wal_format.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

struct WalFilesOptions {
  std::uint64_t file_bytes = 16u << 20;  // of one file; a multiple of 4096
  bool direct = true;                    // write around the page cache (docs/decisions/020-write-ahead-log.md)
  std::uint32_t keep_free = 32;          // free files kept for the next use; more are removed. As many as all shards' logs together
                                         // have, or files are made and zeroed anew at every checkpoint
  /// True: so many bytes are not to be spared from what must be written. No file is made ahead of need then, and a
  /// small one at need.
  std::function<bool(std::uint64_t bytes)> scarce = {};
};

/// `00000000000000000042.wal`
bool is_wal_file_name(std::string_view name);

/// A file open for writing. Owned by whom take() gave it to.
struct WalFile {
  std::string name = {};
  std::shared_ptr<runtime::File> file = {};
  std::uint32_t blocks = 0;  // it has room for
  bool direct = false;       // a write is durable when it returns
};

class WalFiles {
 public:
  using Path = std::filesystem::path;

  /// Looks at names only; creates the folder, removes what was never finished.
  static Result<std::unique_ptr<WalFiles>> open(runtime::FileSystem& files, Path folder, WalFilesOptions options);

  /// A file whose every block may be written, and whose name is durable. A free one, else a new one; where space is
  /// scarce no larger than for `wanted_bytes`, but for a few flushes. kDiskFull, kStorage.
  Result<WalFile> take(std::uint64_t wanted_bytes = 0);
  /// As take(), ahead of need: kDiskFull where a new one would take scarce space, kBusy where those that the start
  /// found may serve soon.
  Result<WalFile> take_ahead();
  /// Nothing in it is needed any more.
  void give_back(WalFile file);
  /// As give_back, but the file failed: it is removed and never used again.
  void discard(WalFile file);

  /// All sequences handed out are above `sequence`: call it with what recovery found, before the first next_sequence(). The
  /// lowest that can come.
  WalSequence start_after(WalSequence sequence);
  WalSequence next_sequence();
  WalSequence last_sequence() const;

  /// Names found at the start.
  std::vector<std::string> recovered() const;
  /// They may be used again, or removed when they are too many or of another size.
  void release_recovered();
  /// As release_recovered(), of these alone.
  void release(std::span<const std::string> names);
  /// Removes these of them, durably, in that order: nothing in them is needed any more, but the checkpoints do not say
  /// so.
  Result<void> remove_recovered(std::span<const std::string> names);
  /// Removes free files but for `keep`. True when there were more.
  bool drop_free(std::size_t keep);
  std::uint64_t file_bytes() const { return options_.file_bytes; }
  /// Of a file that is made where space is scarce, for a log that has so many bytes to write.
  std::uint64_t scarce_file_bytes(std::uint64_t wanted_bytes) const;
  /// Bytes of all files, free ones and recovered ones too.
  std::uint64_t total_bytes() const;
  const Path& folder() const { return folder_; }

 private:
  WalFiles(runtime::FileSystem& files, Path folder, WalFilesOptions options);
  Result<WalFile> make(const std::string& name, std::uint64_t wanted_bytes);
  bool is_scarce(std::uint64_t bytes) const { return options_.scarce && options_.scarce(bytes); }
  Result<WalFile> open_for_writing(const std::string& name);
  void remove(const std::string& name);
  std::uint64_t bytes_of(const WalFile& file) const;

  runtime::FileSystem& files_;
  Path folder_;
  WalFilesOptions options_;
  mutable std::mutex mutex_;
  std::vector<WalFile> free_;
  std::vector<runtime::FolderEntry> recovered_;
  std::uint64_t next_number_ = 1;
  std::uint64_t total_bytes_ = 0;
  std::atomic<std::uint64_t> last_sequence_ = 0;
};

}  // namespace wharf::log
