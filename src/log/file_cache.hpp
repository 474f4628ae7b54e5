#pragma once
// Files that are open only while they are used: a partition that rests holds no descriptor. The cache closes the least
// recently used file when more than its limit are open, or when clients need the descriptors. What still holds the shared file (a read on its way to a socket)
// keeps that descriptor until it is done. One shard only.
#include <cstddef>
#include <filesystem>
#include <memory>

#include "model/error.hpp"
#include "runtime/descriptors.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

class CachedFile;

class FileCache : runtime::Descriptors::Keeper {
 public:
  /// `files` outlives the cache; the cache outlives every CachedFile opened through it.
  /// `descriptors`: that the files are some of, and the shard of the cache; they outlive it, too. None: files in memory.
  FileCache(runtime::FileSystem& files, std::size_t limit, runtime::Descriptors* descriptors = nullptr,
            runtime::Shard* shard = nullptr);
  ~FileCache() override;
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;

  runtime::FileSystem& files() { return files_; }
  std::size_t open_files() const { return open_; }

 private:
  friend class CachedFile;
  void opened(CachedFile& file);
  void closed(CachedFile& file);
  void link_newest(CachedFile& file);
  void unlink(CachedFile& file);
  void close_oldest(std::size_t files);
  void give_way() override;
  void make_room();

  runtime::FileSystem& files_;
  std::size_t limit_;
  runtime::Descriptors* descriptors_;  // may be null
  std::size_t open_ = 0;
  CachedFile* newest_ = nullptr;
  CachedFile* oldest_ = nullptr;
};

/// One file's place in the cache. Lives in what the file belongs to.
class CachedFile {
 public:
  explicit CachedFile(FileCache& cache) : cache_(cache) {}
  ~CachedFile() { close(); }
  CachedFile(const CachedFile&) = delete;
  CachedFile& operator=(const CachedFile&) = delete;

  /// The open file; opens `path` with `mode` when it is not open. `path` is a callable, so that it is only built when needed.
  template <class Path>
  Result<std::shared_ptr<runtime::File>> get(runtime::OpenMode mode, const Path& path) {
    if (file_) {
      touch();
      return file_;
    }
    return open(mode, path());
  }
  bool is_open() const { return file_ != nullptr; }
  void close();

 private:
  friend class FileCache;
  void touch();
  Result<std::shared_ptr<runtime::File>> open(runtime::OpenMode mode, const std::filesystem::path& path);

  FileCache& cache_;
  std::shared_ptr<runtime::File> file_;
  CachedFile* newer_ = nullptr;
  CachedFile* older_ = nullptr;
};

}  // namespace wharf::log
