#include "log/file_cache.hpp"

#include <algorithm>

namespace wharf::log {

FileCache::FileCache(runtime::FileSystem& files, std::size_t limit, runtime::Descriptors* descriptors,
                     runtime::Shard* shard)
    : files_(files), limit_(limit), descriptors_(descriptors) {
  if (descriptors_ != nullptr) descriptors_->add(*this, *shard);
}

FileCache::~FileCache() {
  if (descriptors_ != nullptr) descriptors_->remove(*this);
}

void FileCache::close_oldest(std::size_t files) {
  for (; files > 0 && oldest_ != nullptr; --files) oldest_->close();
}

void FileCache::give_way() {
  const std::size_t share = descriptors_->share();
  if (open_ > share) close_oldest(std::min(open_ - share, descriptors_->too_many()));
}

/// For one that was just opened, and stays. Those of other shards may be the ones that nobody uses: who has less than
/// its share closes its own only where the others would be too late.
void FileCache::make_room() {
  if (open_ > limit_) close_oldest(open_ - limit_);
  if (descriptors_ == nullptr || descriptors_->too_many() == 0) return;
  give_way();
  if (open_ > 1 && descriptors_->too_many() > descriptors_->slack()) close_oldest(1);
  if (descriptors_->too_many() > 0) descriptors_->ask_keepers();
}

void FileCache::opened(CachedFile& file) {
  link_newest(file);
  ++open_;
  if (descriptors_ != nullptr) descriptors_->file_opened();
}

void FileCache::closed(CachedFile& file) {
  unlink(file);
  --open_;
  if (descriptors_ != nullptr) descriptors_->file_closed();
}

void FileCache::link_newest(CachedFile& file) {
  file.newer_ = nullptr;
  file.older_ = newest_;
  if (newest_ != nullptr) newest_->newer_ = &file;
  newest_ = &file;
  if (oldest_ == nullptr) oldest_ = &file;
}

void FileCache::unlink(CachedFile& file) {
  (file.newer_ != nullptr ? file.newer_->older_ : newest_) = file.older_;
  (file.older_ != nullptr ? file.older_->newer_ : oldest_) = file.newer_;
  file.newer_ = file.older_ = nullptr;
}

void CachedFile::close() {
  if (!file_) return;
  file_.reset();
  cache_.closed(*this);
}

void CachedFile::touch() {
  if (cache_.newest_ == this) return;
  cache_.unlink(*this);
  cache_.link_newest(*this);
}

Result<std::shared_ptr<runtime::File>> CachedFile::open(runtime::OpenMode mode, const std::filesystem::path& path) {
  Result<std::unique_ptr<runtime::File>> opened = cache_.files_.open(path, mode);
  if (!opened) return fail(opened.error());
  std::shared_ptr<runtime::File> file = std::move(*opened);
  file_ = file;
  cache_.opened(*this);
  cache_.make_room();  // which may close it again: the caller has it
  return file;
}

}  // namespace wharf::log
