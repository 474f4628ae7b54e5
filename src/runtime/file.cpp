#include "runtime/file.hpp"

#include <fmt/format.h>

namespace wharf::runtime {

Result<std::vector<std::byte>> read_whole(FileSystem& files, const FileSystem::Path& path, std::size_t limit) {
  Result<std::unique_ptr<File>> file = files.open(path, OpenMode::kRead);
  if (!file) return fail(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return fail(size.error());
  if (*size > limit) return fail(ErrorCode::kTooLarge, fmt::format("{} has {} bytes, more than {}", path.string(), *size, limit));
  std::vector<std::byte> bytes(*size);
  Result<std::size_t> read = (*file)->read_at(0, bytes);
  if (!read) return fail(read.error());
  bytes.resize(*read);
  return bytes;
}

Result<void> replace_file(FileSystem& files, const FileSystem::Path& path, ByteView bytes) {
  FileSystem::Path temporary = path;
  temporary += ".new";
  Result<std::unique_ptr<File>> file = files.open(temporary, OpenMode::kCreate);
  if (!file) return fail(file.error());
  if (Result<void> done = (*file)->truncate(0); !done) return done;
  if (Result<void> done = (*file)->write_at(0, bytes); !done) return done;
  if (Result<void> done = (*file)->sync_data(); !done) return done;
  file->reset();
  if (Result<void> done = files.rename(temporary, path); !done) return done;
  return files.sync_folder(path.parent_path());
}

}  // namespace wharf::runtime
