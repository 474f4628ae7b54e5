#include "sim/stored_file.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace wharf::sim {
namespace {

constexpr std::size_t kVersionsKept = 8;  // of one page between two syncs

}  // namespace

std::shared_ptr<StoredFile::Image> StoredFile::copy_of(const SharedImage& image) {
  return image ? std::make_shared<Image>(*image) : std::make_shared<Image>(Image{});
}

std::uint64_t StoredFile::pages_missing(std::uint64_t position, std::uint64_t length) const {
  if (length == 0) return 0;
  std::uint64_t first = position / kPageBytes;
  std::uint64_t last = (position + length - 1) / kPageBytes;
  std::uint64_t missing = last - first + 1;
  for (auto at = pages_.lower_bound(first); at != pages_.end() && at->first <= last; ++at) {
    if (at->second.live()) --missing;
  }
  return missing;
}

std::size_t StoredFile::read(std::uint64_t position, MutableBytes into) {
  if (position >= size_) return 0;
  std::size_t wanted = std::min<std::uint64_t>(into.size(), size_ - position);
  for (std::size_t done = 0; done < wanted;) {
    std::size_t within = (position + done) % kPageBytes;
    std::size_t count = std::min(kPageBytes - within, wanted - done);
    auto page = pages_.find((position + done) / kPageBytes);
    const Image* image = page == pages_.end() ? nullptr : page->second.live().get();
    if (page != pages_.end()) page->second.cold = false;
    if (image != nullptr) {
      std::memcpy(into.data() + done, image->data() + within, count);
    } else {
      std::memset(into.data() + done, 0, count);
    }
    done += count;
  }
  return wanted;
}

bool StoredFile::cached(std::uint64_t position, std::uint64_t length) const {
  if (position >= size_ || length == 0) return true;
  std::uint64_t last = (position + std::min(length, size_ - position) - 1) / kPageBytes;
  for (auto at = pages_.lower_bound(position / kPageBytes); at != pages_.end() && at->first <= last; ++at) {
    if (at->second.cold) return false;
  }
  return true;
}

void StoredFile::put(Page& page, std::uint64_t sequence, SharedImage image, std::size_t from, std::size_t to) {
  if (image && !page.live()) ++allocated_;
  if (!image && page.live()) --allocated_;
  if (page.unsynced.size() == kVersionsKept) {
    page.unsynced.erase(page.unsynced.begin() + static_cast<std::ptrdiff_t>(sequence % (kVersionsKept - 1)));
  }
  page.unsynced.push_back({sequence, std::move(image)});
  page.dirty_from = std::min(page.dirty_from, from);
  page.dirty_to = std::max(page.dirty_to, to);
  page.lost = false;  // dirty again as a whole: the next sync writes it
  page.cold = false;
}

void StoredFile::set_durable(Page& page, SharedImage image) {
  if (image && !page.live()) ++allocated_;
  if (!image && page.live()) --allocated_;
  page.durable = std::move(image);
  page.unsynced.clear();
  page.dirty_from = kPageBytes;
  page.dirty_to = 0;
  page.lost = false;
}

void StoredFile::write(std::uint64_t sequence, std::uint64_t position, ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t within = position % kPageBytes;
    std::size_t count = std::min(kPageBytes - within, bytes.size());
    Page& page = pages_[position / kPageBytes];
    std::shared_ptr<Image> image = copy_of(page.live());
    std::memcpy(image->data() + within, bytes.data(), count);
    put(page, sequence, std::move(image), within, within + count);
    position += count;
    bytes = bytes.subspan(count);
    if (position > size_) change_size(sequence, position);
  }
}

void StoredFile::write_direct(std::uint64_t sequence, std::uint64_t position, ByteView bytes, SeededRandom* torn) {
  while (!bytes.empty()) {
    std::size_t within = position % kPageBytes;
    std::size_t count = std::min(kPageBytes - within, bytes.size());
    Page& page = pages_[position / kPageBytes];
    std::shared_ptr<Image> image = copy_of(page.live());
    // Of three pages one is there, one is not, and of one some sectors are.
    std::uint64_t fate = torn == nullptr ? 0 : torn->below(3);
    for (std::size_t sector = 0; sector < count; sector += kSectorBytes) {
      if (fate == 1 || (fate == 2 && torn->coin())) continue;
      std::memcpy(image->data() + within + sector, bytes.data() + sector, std::min(kSectorBytes, count - sector));
    }
    set_durable(page, std::move(image));
    page.cold = true;
    position += count;
    bytes = bytes.subspan(count);
    if (position > size_) change_size(sequence, position);
  }
  if (torn == nullptr) commit_size();
}

void StoredFile::change_size(std::uint64_t sequence, std::uint64_t size) {
  bool joins = !sizes_.empty() && sizes_.back().sequence == sequence && !sizes_.back().shrinks && size > size_;
  if (joins) {
    sizes_.back().size = size;
  } else {
    sizes_.push_back({sequence, size, size < size_});
  }
  size_ = size;
}

void StoredFile::truncate(std::uint64_t sequence, std::uint64_t size) {
  if (size == size_) return;
  if (size < size_) {
    std::uint64_t first = size / kPageBytes;
    std::size_t within = size % kPageBytes;
    for (auto at = pages_.lower_bound(first); at != pages_.end(); ++at) {
      Page& page = at->second;
      if (!page.live()) continue;
      bool straddles = at->first == first && within > 0;
      std::shared_ptr<Image> image = straddles ? copy_of(page.live()) : nullptr;
      if (straddles) std::memset(image->data() + within, 0, kPageBytes - within);
      put(page, sequence, std::move(image), straddles ? within : 0, kPageBytes);
    }
  }
  change_size(sequence, size);
}

void StoredFile::commit_size() {
  durable_size_ = size_;
  sizes_.clear();
  std::erase_if(pages_, [](const auto& entry) { return !entry.second.live(); });  // cut, now for good
}

void StoredFile::sync() {
  commit_size();
  for (auto& [index, page] : pages_) {
    if (page.unsynced.empty() || page.lost) continue;
    SharedImage image = page.live();
    set_durable(page, std::move(image));
  }
}

void StoredFile::fail_sync() {
  for (auto& [index, page] : pages_) {
    if (!page.unsynced.empty()) page.lost = true;
  }
}

void StoredFile::drop_cached(std::uint64_t position, std::uint64_t length) {
  std::uint64_t last = length == 0 ? std::numeric_limits<std::uint64_t>::max() : (position + length - 1) / kPageBytes;
  for (auto at = pages_.lower_bound(position / kPageBytes); at != pages_.end() && at->first <= last; ++at) {
    Page& page = at->second;
    if (page.lost) {
      SharedImage image = page.durable;
      set_durable(page, std::move(image));
    }
    if (page.unsynced.empty()) page.cold = true;
  }
}

void StoredFile::overwrite(std::uint64_t position, ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t within = position % kPageBytes;
    std::size_t count = std::min(kPageBytes - within, bytes.size());
    Page& page = pages_[position / kPageBytes];
    std::shared_ptr<Image> image = copy_of(page.live());
    std::memcpy(image->data() + within, bytes.data(), count);
    set_durable(page, std::move(image));
    position += count;
    bytes = bytes.subspan(count);
  }
}

void StoredFile::damage_size(std::uint64_t size) {
  truncate(0, size);
  sync();
}

std::uint64_t StoredFile::surviving_size(SeededRandom& random, const CrashModel& model, std::uint64_t& before) const {
  std::size_t kept = sizes_.size();
  if (model.fate == CrashModel::Fate::kDropAll) kept = 0;
  if (model.fate == CrashModel::Fate::kMixed && !random.one_in(3)) kept = random.below(sizes_.size() + 1);
  before = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = sizes_.size(); i > kept; --i) {
    if (sizes_[i - 1].shrinks) before = sizes_[i - 1].sequence;  // a cut that did not happen took no page's bytes
  }
  return kept == 0 ? durable_size_ : sizes_[kept - 1].size;
}

void StoredFile::garble(Image& image, const Page& page, SeededRandom& random, bool power_safe) {
  std::size_t from = page.dirty_from;
  std::size_t to = page.dirty_to;
  if (!power_safe) {
    from -= from % kSectorBytes;
    to = std::min(kPageBytes, (to + kSectorBytes - 1) / kSectorBytes * kSectorBytes);
  }
  std::uint64_t part = random.below(3);  // left half, right half, whole
  std::size_t middle = from + (to - from) / 2;
  if (part == 0) to = middle;
  if (part == 1) from = middle;
  random.fill(MutableBytes(image).subspan(from, to - from));
}

StoredFile::SharedImage StoredFile::surviving_image(const Page& page, SeededRandom& random, const CrashModel& model,
                                                    std::uint64_t before) {
  std::vector<SharedImage> versions = {page.durable};
  for (const Version& version : page.unsynced) {
    if (version.sequence < before) versions.push_back(version.image);
  }
  if (versions.size() == 1 || model.fate == CrashModel::Fate::kDropAll) return page.durable;
  if (model.fate == CrashModel::Fate::kKeepAll) return versions.back();
  SharedImage chosen = versions[random.below(versions.size())];
  switch (random.below(model.garble ? 5 : 4)) {
    case 0: return page.durable;
    case 1: return versions.back();
    case 2: return chosen;
    case 3: {  // torn: each sector is old or new
      std::shared_ptr<Image> image = copy_of(page.durable);
      std::shared_ptr<Image> other = copy_of(chosen);
      for (std::size_t at = 0; at < kPageBytes; at += kSectorBytes) {
        if (random.coin()) std::memcpy(image->data() + at, other->data() + at, kSectorBytes);
      }
      return image;
    }
    default: {
      std::shared_ptr<Image> image = copy_of(chosen);
      garble(*image, page, random, model.power_safe_overwrite);
      return image;
    }
  }
}

std::shared_ptr<StoredFile> StoredFile::survivor(SeededRandom& random, const CrashModel& model) const {
  auto file = std::make_shared<StoredFile>();
  std::uint64_t before = 0;
  file->size_ = file->durable_size_ = surviving_size(random, model, before);
  for (const auto& [index, page] : pages_) {
    SharedImage image = surviving_image(page, random, model, before);
    std::uint64_t start = index * kPageBytes;
    if (!image || start >= file->size_) continue;
    if (file->size_ - start < kPageBytes) {  // bytes behind the end never show
      std::shared_ptr<Image> cut = copy_of(image);
      std::size_t within = file->size_ - start;
      std::memset(cut->data() + within, 0, kPageBytes - within);
      image = std::move(cut);
    }
    Page survived;
    survived.durable = std::move(image);
    survived.cold = true;
    file->pages_.emplace(index, std::move(survived));
    ++file->allocated_;
  }
  return file;
}

}  // namespace wharf::sim
