#include "runtime/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fmt/format.h>

namespace wharf::runtime {
namespace {

std::unexpected<Error> errno_failure(const char* operation, const std::string& path, int number = errno) {
  return fail(file_error_code(number), fmt::format("{} {}: {}", operation, path, std::strerror(number)));
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) override { return read(position, into, 0); }
  Result<std::size_t> read_cached_at(std::uint64_t position, MutableBytes into) override {
    return read(position, into, RWF_NOWAIT);
  }
  Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override;
  Result<void> sync_data() override {
    if (::fdatasync(descriptor_) != 0) return errno_failure("sync", path_);
    return {};
  }
  Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return errno_failure("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }
  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return errno_failure("truncate", path_);
    return {};
  }
  void drop_cached(std::uint64_t position, std::uint64_t length) override {
    ::posix_fadvise(descriptor_, static_cast<off_t>(position), static_cast<off_t>(length), POSIX_FADV_DONTNEED);
  }
  int descriptor() const override { return descriptor_; }

 private:
  Result<std::size_t> read(std::uint64_t position, MutableBytes into, int flags);

  int descriptor_;
  std::string path_;
};

Result<std::size_t> PosixFile::read(std::uint64_t position, MutableBytes into, int flags) {
  std::size_t done = 0;
  while (done < into.size()) {
    iovec part{into.data() + done, into.size() - done};
    ssize_t got = ::preadv2(descriptor_, &part, 1, static_cast<off_t>(position + done), flags);
    if (got < 0 && errno == EINTR) continue;
    // Some file systems (tmpfs of older kernels among them) do not know RWF_NOWAIT.
    if (got < 0 && flags != 0 && errno == EOPNOTSUPP)
      return fail(ErrorCode::kBusy, "reads without waiting are not supported");
    if (got < 0) return errno_failure("read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> PosixFile::write_at(std::uint64_t position, std::span<const ByteView> parts) {
  std::vector<iovec> pieces;
  pieces.reserve(parts.size());
  for (ByteView part : parts) {
    if (!part.empty())
      pieces.push_back({const_cast<std::byte*>(part.data()), part.size()});  // NOLINT: the kernel reads only
  }
  std::size_t first = 0;
  while (first < pieces.size()) {
    int count = static_cast<int>(std::min<std::size_t>(pieces.size() - first, IOV_MAX));
    ssize_t written = ::pwritev(descriptor_, pieces.data() + first, count, static_cast<off_t>(position));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_failure("write", path_);
    position += static_cast<std::uint64_t>(written);
    auto left = static_cast<std::size_t>(written);
    while (first < pieces.size() && left >= pieces[first].iov_len) left -= pieces[first++].iov_len;
    if (left > 0) {
      pieces[first].iov_base = static_cast<std::byte*>(pieces[first].iov_base) + left;
      pieces[first].iov_len -= left;
    }
  }
  return {};
}

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY | O_CLOEXEC;
    case OpenMode::kReadWrite:
      return O_RDWR | O_CLOEXEC;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT | O_CLOEXEC;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    case OpenMode::kCreateDirect:
      return O_RDWR | O_CREAT | O_DIRECT | O_DSYNC | O_CLOEXEC;
  }
  return O_RDONLY;
}

}  // namespace

ErrorCode file_error_code(int number) {
  if (number == ENOSPC || number == EDQUOT) return ErrorCode::kDiskFull;
  if (number == ENOENT) return ErrorCode::kNotFound;
  if (number == EEXIST) return ErrorCode::kAlreadyExists;
  if (number == EWOULDBLOCK) return ErrorCode::kBusy;
  if (number == EACCES || number == EPERM) return ErrorCode::kAccessRefused;
  return ErrorCode::kStorage;
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const Path& path, OpenMode mode) {
  int flags = open_flags(mode);
  int descriptor = ::open(path.c_str(), flags, 0644);
  if (descriptor < 0 && errno == EINVAL && (flags & O_DIRECT) != 0) {  // tmpfs and others have no O_DIRECT
    descriptor = ::open(path.c_str(), flags & ~O_DIRECT, 0644);
  }
  if (descriptor < 0) return errno_failure("open", path.string());
  return std::make_unique<PosixFile>(descriptor, path.string());
}

Result<void> PosixFileSystem::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return errno_failure("rename", from.string());
  return {};
}

Result<void> PosixFileSystem::remove(const Path& path) {
  if (::unlink(path.c_str()) != 0) return errno_failure("remove", path.string());
  return {};
}

Result<void> PosixFileSystem::remove_folder(const Path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return errno_failure("remove", path.string(), error.value());
  return {};
}

Result<void> PosixFileSystem::create_folders(const Path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return errno_failure("create", path.string(), error.value());
  return {};
}

Result<std::vector<FolderEntry>> PosixFileSystem::list(const Path& folder) {
  DIR* stream = ::opendir(folder.c_str());
  if (stream == nullptr) return errno_failure("list", folder.string());
  std::vector<FolderEntry> entries;
  int failed = 0;  // what cannot be read is not taken for what is not there
  while (failed == 0) {
    errno = 0;
    const dirent* entry = ::readdir(stream);
    if (entry == nullptr) {
      failed = errno;
      break;
    }
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    if (::fstatat(::dirfd(stream), entry->d_name, &status, 0) != 0) {
      if (errno != ENOENT) failed = errno;
      continue;  // removed meanwhile
    }
    bool is_folder = S_ISDIR(status.st_mode);
    entries.push_back({std::move(name), is_folder, is_folder ? 0 : static_cast<std::uint64_t>(status.st_size)});
  }
  ::closedir(stream);
  if (failed != 0) return errno_failure("list", folder.string(), failed);
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

Result<bool> PosixFileSystem::exists(const Path& path) {
  if (::access(path.c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return errno_failure("look up", path.string());
}

Result<void> PosixFileSystem::sync_folder(const Path& folder) {
  int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno_failure("open", folder.string());
  int outcome = ::fsync(descriptor);
  int number = errno;
  ::close(descriptor);
  if (outcome != 0 && number == EINVAL) return {};  // fsync(2): this file system has nothing to sync of a folder
  if (outcome != 0) return errno_failure("sync", folder.string(), number);
  return {};
}

Result<void> PosixFileSystem::sync_all(const Path& folder) {
  int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno_failure("open", folder.string());
  int outcome = ::syncfs(descriptor);
  int number = errno;
  ::close(descriptor);
  if (outcome != 0) return errno_failure("sync", folder.string(), number);
  return {};
}

Result<DiskSpace> PosixFileSystem::space(const Path& folder) {
  struct statvfs status{};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &status) != 0) return errno_failure("space of", folder.string());
  return DiskSpace{status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize};
}

Result<std::unique_ptr<File>> PosixFileSystem::lock(const Path& path) {
  Result<std::unique_ptr<File>> file = open(path, OpenMode::kCreate);
  if (!file) return file;
  if (::flock((*file)->descriptor(), LOCK_EX | LOCK_NB) != 0) return errno_failure("lock", path.string());
  return file;
}

}  // namespace wharf::runtime
