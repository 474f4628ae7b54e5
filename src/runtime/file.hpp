#pragma once
// Files and folders behind interfaces: the machine's (posix_files.hpp), memory's (memory_files.hpp, `serve --memory`) and
// the simulator's faulty disk (sim/). Calls are synchronous: what touches only the page cache a shard calls itself; what
// waits for a disk (sync, cold reads, large copies) goes through run_blocking.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::runtime {

enum class OpenMode {
  kRead,            // must exist
  kReadWrite,       // must exist
  kCreate,          // made when missing
  kCreateNew,       // must not exist
  kCreateDirect,    // made when missing; writes bypass the page cache and return when durable (O_DIRECT | O_DSYNC where the
                    // file system has them). Positions, lengths and addresses are multiples of kDirectAlignment
};
inline constexpr std::size_t kDirectAlignment = 4096;

/// Errors: kStorage, kDiskFull, kNotFound, kAlreadyExists, kAccessRefused (by the file's mode), kBusy (read_cached_at only).
class File {
 public:
  virtual ~File() = default;

  /// Bytes read; fewer than asked only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) = 0;
  /// As read_at, but never waits for the disk: kBusy when a byte is not in memory (RWF_NOWAIT).
  virtual Result<std::size_t> read_cached_at(std::uint64_t position, MutableBytes into) = 0;
  /// Writes all parts one after the other, or fails; after a failure any part of the range may have been written.
  virtual Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) = 0;
  /// Returns when written bytes, and the size that reaches them, are durable. After a failure the pages' state is
  /// unknown: never sync the same pages again and believe it (fsyncgate).
  virtual Result<void> sync_data() = 0;
  virtual Result<std::uint64_t> size() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// Tells the page cache that a range will not be read again soon. Best effort.
  virtual void drop_cached(std::uint64_t position, std::uint64_t length) = 0;
  /// For sendfile; -1 where there is none, and the bytes must be read instead.
  virtual int descriptor() const { return -1; }

  Result<void> write_at(std::uint64_t position, ByteView bytes) { return write_at(position, std::span(&bytes, 1)); }
};

struct FolderEntry {
  std::string name;
  bool is_folder = false;
  std::uint64_t size = 0;  // of a file
};

struct DiskSpace {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
};

class FileSystem {
 public:
  using Path = std::filesystem::path;

  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) = 0;
  /// Replaces `to` atomically. Durable only after sync_folder of the parent.
  virtual Result<void> rename(const Path& from, const Path& to) = 0;
  virtual Result<void> remove(const Path& path) = 0;             // a file; missing is kNotFound
  virtual Result<void> remove_folder(const Path& path) = 0;      // with all in it; missing is fine
  virtual Result<void> create_folders(const Path& path) = 0;     // existing is fine
  /// Sorted by name. Missing is kNotFound.
  virtual Result<std::vector<FolderEntry>> list(const Path& folder) = 0;
  virtual Result<bool> exists(const Path& path) = 0;
  /// Makes names created, renamed and removed in `folder` durable.
  virtual Result<void> sync_folder(const Path& folder) = 0;
  /// Makes everything written to the file system of `folder` durable: cheaper than syncing hundreds of files.
  virtual Result<void> sync_all(const Path& folder) = 0;
  virtual Result<DiskSpace> space(const Path& folder) = 0;
  /// Holds `path` against other processes until the returned file dies; kBusy when another holds it.
  virtual Result<std::unique_ptr<File>> lock(const Path& path) = 0;
};

/// The whole file; kTooLarge when it has more than `limit` bytes.
Result<std::vector<std::byte>> read_whole(FileSystem& files, const FileSystem::Path& path, std::size_t limit);
/// Replaces `path` by `bytes` so that a crash leaves the old or the new content: temporary file, sync, rename, folder sync.
Result<void> replace_file(FileSystem& files, const FileSystem::Path& path, ByteView bytes);

}  // namespace wharf::runtime
