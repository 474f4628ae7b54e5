#include "log/wal_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "log/durable_folder.hpp"
#include "log/fill_file.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

constexpr std::string_view kSuffix = ".wal";
constexpr std::string_view kUnfinishedSuffix = ".wal.new";
constexpr std::size_t kDigits = 20;
/// The first file of a new folder: a start waits for it, and zeros cost 2 ms a megabyte. And one on a full disk.
constexpr std::uint64_t kSmallFileBytes = 1u << 20;
constexpr std::uint64_t kFirstNumber = 1;

std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, number);
  if (error != std::errc() || end != name.data() + kDigits) return std::nullopt;
  return number;
}

}  // namespace

/// One that was given back unopened is of the usual size.
std::uint64_t WalFiles::bytes_of(const WalFile& file) const {
  return file.blocks > 0 ? std::uint64_t{file.blocks} * kWalBlockBytes : options_.file_bytes;
}

bool is_wal_file_name(std::string_view name) {
  return number_of(name, kSuffix).has_value();
}

WalFiles::WalFiles(runtime::FileSystem& files, Path folder, WalFilesOptions options)
    : files_(files), folder_(std::move(folder)), options_(options) {
  WHARF_ASSERT(options_.file_bytes >= kWalBlockBytes && options_.file_bytes % kWalBlockBytes == 0);
}

Result<std::unique_ptr<WalFiles>> WalFiles::open(runtime::FileSystem& files, Path folder, WalFilesOptions options) {
  std::unique_ptr<WalFiles> opened(new WalFiles(files, std::move(folder), options));
  if (Result<void> made = create_durable_folder(files, opened->folder_); !made) return fail(made.error());
  Result<std::vector<runtime::FolderEntry>> entries = files.list(opened->folder_);
  if (!entries) return storage_failure(entries.error());
  for (runtime::FolderEntry& entry : *entries) {
    if (number_of(entry.name, kUnfinishedSuffix)) {
      opened->remove(entry.name);
    } else if (std::optional<std::uint64_t> number = number_of(entry.name, kSuffix)) {
      opened->next_number_ = std::max(opened->next_number_, *number + 1);
      opened->total_bytes_ += entry.size;
      opened->recovered_.push_back(std::move(entry));
    }
  }
  // A name that an earlier process made but did not sync would go with the next power loss.
  if (!opened->recovered_.empty()) {
    Result<void> synced = files.sync_folder(opened->folder_);
    if (!synced) return storage_failure(synced.error());
  }
  return opened;
}

Result<WalFile> WalFiles::take_ahead() {
  bool has_free = false;
  bool may_come = false;
  {
    std::lock_guard lock(mutex_);
    has_free = !free_.empty();
    may_come = !recovered_.empty();
  }
  if (!has_free && may_come) return fail(ErrorCode::kBusy, "the files that the start found may serve soon");
  if (!has_free && is_scarce(options_.file_bytes))
    return fail(ErrorCode::kDiskFull, "no file is made ahead of need on a full disk");
  return take();
}

Result<WalFile> WalFiles::take(std::uint64_t wanted_bytes) {
  std::string name;
  {
    std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      WalFile file = std::move(free_.back());
      free_.pop_back();
      if (file.file != nullptr) return file;
      name = std::move(file.name);
    } else {
      name = fmt::format("{:020}{}", next_number_++, kSuffix);
    }
  }
  Result<bool> exists = files_.exists(folder_ / name);
  if (exists && *exists) {
    Result<WalFile> reopened = open_for_writing(name);
    if (!reopened) give_back({.name = name});
    return reopened;
  }
  return make(name, wanted_bytes);
}

// Zeros first: a write into blocks that were written before changes no metadata, so that its sync is one write to the
// disk.
Result<WalFile> WalFiles::make(const std::string& name, std::uint64_t wanted_bytes) {
  std::uint64_t bytes = options_.file_bytes;
  if (number_of(name, kSuffix) == kFirstNumber) {
    bytes = std::min(bytes, kSmallFileBytes);
  } else if (is_scarce(bytes)) {
    bytes = scarce_file_bytes(wanted_bytes);
  }
  Path unfinished = folder_ / name;
  unfinished += ".new";
  Result<void> made = [&]() -> Result<void> {
    Result<std::unique_ptr<runtime::File>> file = files_.open(unfinished, runtime::OpenMode::kCreate);
    if (!file) return fail(file.error());
    if (Result<void> cut = (*file)->truncate(0); !cut) return cut;
    if (Result<void> zeroed = fill_file(**file, 0, bytes, std::byte{0}); !zeroed) return zeroed;
    if (Result<void> synced = (*file)->sync_data(); !synced) return synced;
    (*file)->drop_cached(0, bytes);
    file->reset();
    if (Result<void> renamed = files_.rename(unfinished, folder_ / name); !renamed) return renamed;
    return files_.sync_folder(folder_);
  }();
  if (!made) {
    static_cast<void>(files_.remove(unfinished));  // gives back the space of half a file
    static_cast<void>(files_.remove(folder_ / name));
    return storage_failure(made.error());
  }
  {
    std::lock_guard lock(mutex_);
    total_bytes_ += bytes;
  }
  Result<WalFile> file = open_for_writing(name);
  if (!file) give_back({.name = name});
  return file;
}

/// Not less than all that waits: a record may need many files, and finds no more than a log may have.
std::uint64_t WalFiles::scarce_file_bytes(std::uint64_t wanted_bytes) const {
  return std::min(options_.file_bytes, std::max(kSmallFileBytes, wanted_bytes));
}

Result<WalFile> WalFiles::open_for_writing(const std::string& name) {
  runtime::OpenMode mode = options_.direct ? runtime::OpenMode::kCreateDirect : runtime::OpenMode::kReadWrite;
  Result<std::unique_ptr<runtime::File>> file = files_.open(folder_ / name, mode);
  if (!file) return storage_failure(file.error());
  Result<std::uint64_t> bytes = (*file)->size();
  if (!bytes) return storage_failure(bytes.error());
  return WalFile{.name = name,
                 .file = std::move(*file),
                 .blocks = static_cast<std::uint32_t>(*bytes / kWalBlockBytes),
                 .direct = options_.direct};
}

void WalFiles::give_back(WalFile file) {
  {
    std::lock_guard lock(mutex_);
    if (free_.size() < options_.keep_free) {
      free_.push_back(std::move(file));
      return;
    }
    total_bytes_ -= bytes_of(file);
  }
  file.file.reset();
  remove(file.name);
}

void WalFiles::discard(WalFile file) {
  {
    std::lock_guard lock(mutex_);
    total_bytes_ -= bytes_of(file);
  }
  file.file.reset();
  remove(file.name);
}

// A name that comes back after a crash is a file that nothing needs: recovered, found covered, and removed again.
void WalFiles::remove(const std::string& name) {
  static_cast<void>(files_.remove(folder_ / name));
}

WalSequence WalFiles::start_after(WalSequence sequence) {
  std::uint64_t last = last_sequence_.load();
  while (last < sequence.value && !last_sequence_.compare_exchange_weak(last, sequence.value)) {
  }
  return WalSequence{std::max(last, sequence.value) + 1};
}

std::vector<std::string> WalFiles::recovered() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const runtime::FolderEntry& entry : recovered_) names.push_back(entry.name);
  return names;
}

WalSequence WalFiles::next_sequence() {
  return WalSequence{last_sequence_.fetch_add(1) + 1};
}

WalSequence WalFiles::last_sequence() const {
  return WalSequence{last_sequence_.load()};
}

void WalFiles::release_recovered() {
  release(recovered());
}

void WalFiles::release(std::span<const std::string> names) {
  std::vector<std::string> removed;
  bool scarce = is_scarce(options_.file_bytes);  // then a small one serves too
  for (const std::string& name : names) {
    std::lock_guard lock(mutex_);
    auto entry = std::ranges::find(recovered_, name, &runtime::FolderEntry::name);
    if (entry == recovered_.end()) continue;
    bool fits = entry->size == options_.file_bytes || (scarce && entry->size > 0 && entry->size % kWalBlockBytes == 0);
    if (fits && free_.size() < options_.keep_free) {
      free_.push_back({.name = name, .blocks = static_cast<std::uint32_t>(entry->size / kWalBlockBytes)});
    } else {
      total_bytes_ -= entry->size;
      removed.push_back(name);
    }
    recovered_.erase(entry);
  }
  for (const std::string& name : removed) remove(name);
}

Result<void> WalFiles::remove_recovered(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (Result<void> removed = files_.remove(folder_ / name);
        !removed && removed.error().code != ErrorCode::kNotFound) {
      return storage_failure(removed.error());
    }
    std::lock_guard lock(mutex_);
    auto entry = std::ranges::find(recovered_, name, &runtime::FolderEntry::name);
    if (entry == recovered_.end()) continue;
    total_bytes_ -= entry->size;
    recovered_.erase(entry);
  }
  // Before their sequences can come again.
  if (Result<void> synced = files_.sync_folder(folder_); !synced) return storage_failure(synced.error());
  return {};
}

bool WalFiles::drop_free(std::size_t keep) {
  std::vector<WalFile> dropped;
  {
    std::lock_guard lock(mutex_);
    while (free_.size() > keep) {
      dropped.push_back(std::move(free_.back()));
      free_.pop_back();
      total_bytes_ -= bytes_of(dropped.back());
    }
  }
  for (WalFile& file : dropped) {
    file.file.reset();
    remove(file.name);
  }
  return !dropped.empty();
}

std::uint64_t WalFiles::total_bytes() const {
  std::lock_guard lock(mutex_);
  return total_bytes_;
}

}  // namespace wharf::log
