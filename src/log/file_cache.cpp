#include "log/file_cache.hpp"

namespace wharf::log {

void FileCache::link_newest(CachedFile& file) {
  file.newer_ = nullptr;
  file.older_ = newest_;
  if (newest_ != nullptr) newest_->newer_ = &file;
  newest_ = &file;
  if (oldest_ == nullptr) oldest_ = &file;
  ++open_;
}

void FileCache::unlink(CachedFile& file) {
  (file.newer_ != nullptr ? file.newer_->older_ : newest_) = file.older_;
  (file.older_ != nullptr ? file.older_->newer_ : oldest_) = file.newer_;
  file.newer_ = file.older_ = nullptr;
  --open_;
}

void CachedFile::close() {
  if (!file_) return;
  file_.reset();
  cache_.unlink(*this);
}

void CachedFile::touch() {
  if (cache_.newest_ == this) return;
  cache_.unlink(*this);
  cache_.link_newest(*this);
}

Result<std::shared_ptr<runtime::File>> CachedFile::open(runtime::OpenMode mode, const std::filesystem::path& path) {
  Result<std::unique_ptr<runtime::File>> opened = cache_.files_.open(path, mode);
  if (!opened) return fail(opened.error());
  file_ = std::move(*opened);
  cache_.link_newest(*this);
  while (cache_.open_ > cache_.limit_ && cache_.oldest_ != this) cache_.oldest_->close();
  return file_;
}

}  // namespace wharf::log
