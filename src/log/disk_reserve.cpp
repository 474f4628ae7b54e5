#include "log/disk_reserve.hpp"

#include <algorithm>
#include <utility>

#include "log/fill_file.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

DiskReserve::DiskReserve(runtime::FileSystem& files, std::filesystem::path path, std::uint64_t bytes)
    : files_(files), path_(std::move(path)), bytes_(bytes) {}

// Written, not just sized: a file with holes takes no space. Needs no sync: after a crash it is made again.
Result<bool> DiskReserve::ensure() {
  std::lock_guard lock(mutex_);
  if (bytes_ == 0) return false;
  Result<std::unique_ptr<runtime::File>> file = files_.open(path_, runtime::OpenMode::kCreate);
  if (!file) return storage_failure(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return storage_failure(size.error());
  whole_ = *size == bytes_;
  if (whole_) return true;
  Result<runtime::DiskSpace> space = files_.space(path_.parent_path());
  if (!space) return storage_failure(space.error());
  std::uint64_t left = std::min(*size, bytes_);  // more: the setting was lowered
  if (space->available + *size < 2 * bytes_) return false;
  Result<void> done = (*file)->truncate(left);
  if (done) done = fill_file(**file, left, bytes_ - left, std::byte{0x57});
  if (!done) {
    static_cast<void>((*file)->truncate(left));
    return storage_failure(done.error());
  }
  (*file)->drop_cached(0, bytes_);
  whole_ = true;
  return true;
}

Result<bool> DiskReserve::release(std::uint64_t bytes, std::uint64_t keep) {
  std::lock_guard lock(mutex_);
  Result<std::unique_ptr<runtime::File>> file = files_.open(path_, runtime::OpenMode::kReadWrite);
  if (!file && file.error().code == ErrorCode::kNotFound) return false;
  if (!file) return storage_failure(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return storage_failure(size.error());
  if (*size <= keep || bytes == 0) return false;
  whole_ = false;
  std::uint64_t left = *size - std::min(bytes, *size - keep);
  if (Result<void> cut = (*file)->truncate(left); !cut) return storage_failure(cut.error());
  return true;
}

}  // namespace wharf::log
