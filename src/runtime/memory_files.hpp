#pragma once
// Files that live in memory and die with the process: `wharf serve --memory` and tests.
//
// POSIX's semantics: a removed file lives on for those who have it open, rename replaces, a hole reads as zeros. Nothing
// is ever durable; sync calls succeed at once. Bytes are kept in chunks of kChunkBytes, so that a growing file copies
// nothing but the start of its last chunk, and a small file costs little more than its bytes.
// Thread-safe: shards may share one file system and one file; a read sees a concurrent write of the same range whole or
// not at all. Errors as runtime/file.hpp says; kDiskFull when the chunks would pass the limit.
#include <cstdint>
#include <memory>

#include "runtime/file.hpp"

namespace wharf::runtime {

class MemoryFileSystem final : public FileSystem {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;

  explicit MemoryFileSystem(std::uint64_t limit_bytes);
  ~MemoryFileSystem() override;

  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;
  Result<void> remove_folder(const Path& path) override;
  Result<void> create_folders(const Path& path) override;
  Result<std::vector<FolderEntry>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Result<void> sync_folder(const Path& folder) override;
  Result<void> sync_all(const Path& folder) override;
  /// The limit, and what is left of it.
  Result<DiskSpace> space(const Path& folder) override;
  Result<std::unique_ptr<File>> lock(const Path& path) override;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace wharf::runtime
