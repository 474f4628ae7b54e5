#pragma once
// The machine's own files. Thread-safe as far as the kernel is: a File may be used from several threads at once.
#include "runtime/file.hpp"

namespace wharf::runtime {

/// What the system's errno means for a file.
ErrorCode file_error_code(int number);

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;
  Result<void> remove_folder(const Path& path) override;
  Result<void> create_folders(const Path& path) override;
  Result<std::vector<FolderEntry>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Result<void> sync_folder(const Path& folder) override;
  Result<void> sync_all(const Path& folder) override;
  Result<DiskSpace> space(const Path& folder) override;
  Result<std::unique_ptr<File>> lock(const Path& path) override;
};

}  // namespace wharf::runtime
