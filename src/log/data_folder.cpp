#include "log/data_folder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "log/durable_folder.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

using Path = DataFolder::Path;

constexpr std::string_view kMetaFile = "meta";
constexpr std::string_view kMetaCopyFile = "meta.copy";
constexpr std::string_view kMarkerFile = "clean-shutdown";

/// What a folder without meta may hold: what an interrupted first start left.
Result<void> check_unused(runtime::FileSystem& files, const Path& folder) {
  Result<std::vector<runtime::FolderEntry>> entries = files.list(folder);
  if (!entries) return storage_failure(entries.error());
  for (const runtime::FolderEntry& entry : *entries) {
    if (entry.name == "logs" || entry.name == "wal" || entry.name == "checkpoints") {
      return fail(ErrorCode::kDamaged, fmt::format("the data folder {} holds '{}' but no 'meta': the file that says whose data this is "
                                                   "was lost; bring it back, or use another folder", folder.string(), entry.name));
    }
  }
  return {};
}

struct Claimed {
  FolderMeta meta;
  bool is_new = false;
};

/// None: there is no such file, or it is damaged, which `why` says.
Result<std::optional<FolderMeta>> read_meta(runtime::FileSystem& files, const Path& path, std::optional<Error>& why) {
  Result<std::vector<std::byte>> bytes = runtime::read_whole(files, path, kMetaBytes + 1);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!bytes) return storage_failure(bytes.error());
  Result<FolderMeta> meta = decode_meta(*bytes);
  if (meta) return *meta;
  Error error{meta.error().code, fmt::format("{}: {}", path.string(), meta.error().message)};
  if (error.code != ErrorCode::kDamaged) return fail(error);
  why = error;
  return std::nullopt;
}

/// Either of the two files will do; one that is missing or damaged is made from the other.
Result<std::optional<FolderMeta>> read_either_meta(runtime::FileSystem& files, const Path& folder, runtime::Logger& logger) {
  std::optional<Error> why;
  std::optional<Error> why_copy;
  Result<std::optional<FolderMeta>> meta = read_meta(files, folder / kMetaFile, why);
  if (!meta) return meta;
  Result<std::optional<FolderMeta>> copy = read_meta(files, folder / kMetaCopyFile, why_copy);
  if (!copy) return copy;
  if (*meta && *copy) return meta;
  if (why_copy) logger.error("a file of the data folder is damaged; it is written anew", {{"reason", why_copy->message}});
  if (*meta) {
    // Nothing depends on it now: a full disk may refuse it.
    std::ignore = runtime::replace_file(files, folder / kMetaCopyFile, encode_meta(**meta));
    return meta;
  }
  if (!*copy && why) return fail(*why);
  if (!*copy) return std::nullopt;
  logger.error("a file of the data folder is damaged; it is written anew",
               {{"reason", why ? why->message : fmt::format("{} is missing", (folder / kMetaFile).string())}});
  if (Result<void> written = runtime::replace_file(files, folder / kMetaFile, encode_meta(**copy)); !written)
    return storage_failure(written.error());
  return copy;
}

Result<Claimed> read_or_create_meta(runtime::FileSystem& files, const Path& folder, const DataFolderOptions& options,
                                    runtime::Logger& logger) {
  Result<std::optional<FolderMeta>> known = read_either_meta(files, folder, logger);
  if (!known) return fail(known.error());
  if (*known) {
    if ((*known)->node_id == options.node_id) return Claimed{**known};
    return fail(ErrorCode::kInvalidArgument, fmt::format("the data folder {} belongs to node {}, and this is node {}", folder.string(),
                                                         (*known)->node_id.value, options.node_id.value));
  }
  if (Result<void> unused = check_unused(files, folder); !unused) return fail(unused.error());
  FolderMeta meta{.cluster_id = options.new_cluster_id, .node_id = options.node_id};
  for (const Path& name : {Path(kMetaFile), Path(kMetaCopyFile)}) {
    Result<void> written = runtime::replace_file(files, folder / name, encode_meta(meta));
    if (!written) return storage_failure(written.error());
  }
  return Claimed{meta, true};
}

/// Makes the folder's name in its parent durable, or a power loss takes everything with it. At every start, for the one that made
/// the folder may have ended before. Where we may not look into the parent, somebody made the folder for us.
Result<void> sync_own_name(runtime::FileSystem& files, const Path& folder) {
  Path named = folder.has_filename() ? folder : folder.parent_path();
  Result<void> synced = files.sync_folder(named.parent_path());
  if (synced || synced.error().code == ErrorCode::kAccessRefused) return {};
  return storage_failure(synced.error());
}

/// What the last stop left, if it was clean.
std::optional<CleanShutdown> read_marker(runtime::FileSystem& files, const Path& folder) {
  Result<std::vector<std::byte>> bytes = runtime::read_whole(files, folder / kMarkerFile, kCleanShutdownBytes + 1);
  return bytes ? decode_clean_shutdown(*bytes) : std::nullopt;
}

/// Removes the marker durably: from here on the stop was not clean until it is written again. The same sync makes every other name
/// in the folder durable, also those that an earlier process made and did not sync.
Result<void> remove_marker(runtime::FileSystem& files, const Path& folder) {
  Result<void> removed = files.remove(folder / kMarkerFile);
  if (!removed && removed.error().code != ErrorCode::kNotFound) return storage_failure(removed.error());
  if (Result<void> synced = files.sync_folder(folder); !synced) return storage_failure(synced.error());
  return {};
}

/// The reserve is for a file of the write-ahead log; a little more pays for what the file system needs to note it.
std::uint64_t reserve_of(const DataFolderOptions& options) {
  constexpr std::uint64_t kFileSystemsOwn = 1u << 20;
  return options.reserve_bytes == 0 ? 0 : std::max(options.reserve_bytes, options.wal.file_bytes + kFileSystemsOwn);
}

}  // namespace

DataFolder::DataFolder(runtime::FileSystem& files, Path folder, const DataFolderOptions& options, runtime::Logger& logger)
    : files_(files),
      folder_(std::move(folder)),
      logger_(logger),
      stores_(options.stores),
      space_(files, folder_, reserve_of(options), options.stores, logger) {
  WHARF_ASSERT(stores_ > 0);
  // One for each store's next flush stays.
  space_.set_idle([this] { return wal_files_ != nullptr && wal_files_->drop_free(stores_); });
}

Result<std::unique_ptr<DataFolder>> DataFolder::open(runtime::FileSystem& files, Path folder, const DataFolderOptions& options,
                                                     runtime::Logger& logger) {
  std::unique_ptr<DataFolder> opened(new DataFolder(files, std::move(folder), options, logger));
  Result<void> done = opened->claim(options);
  constexpr std::uint64_t kPiece = 256u << 10;
  while (!done && done.error().code == ErrorCode::kDiskFull &&
         opened->space_.give_up_reserve(kPiece, ReserveUse::kCatalogue)) {
    done = opened->claim(options);
  }
  if (!done) return fail(done.error());
  opened->space_.glance();
  return opened;
}

Result<void> DataFolder::claim(const DataFolderOptions& options) {
  if (Result<void> made = files_.create_folders(folder_); !made) return storage_failure(made.error());
  if (lock_ == nullptr) {
    Result<std::unique_ptr<runtime::File>> lock = files_.lock(folder_ / "lock");
    if (!lock && lock.error().code == ErrorCode::kBusy) {
      return fail(ErrorCode::kBusy, fmt::format("another process uses the data folder {}", folder_.string()));
    }
    if (!lock) return storage_failure(lock.error());
    lock_ = std::move(*lock);
  }
  Result<Claimed> claimed = read_or_create_meta(files_, folder_, options, logger_);
  if (!claimed) return fail(claimed.error());
  meta_ = claimed->meta;
  if (Result<void> synced = sync_own_name(files_, folder_); !synced) return synced;
  // One sync for all three, before anything is put into them.
  for (const Path& path : {logs(), wal(), folder_ / "checkpoints"}) {
    if (Result<void> made = files_.create_folders(path); !made) return storage_failure(made.error());
  }
  std::optional<CleanShutdown> marker = read_marker(files_, folder_);
  std::optional<CheckpointMark> marked = marker ? std::optional(marker->checkpoint) : std::nullopt;
  Result<Checkpoints::Opened> checkpoints = Checkpoints::open(files_, folder_ / "checkpoints", logger_, marked);
  if (!checkpoints) return fail(checkpoints.error());
  checkpoints_ = std::move(checkpoints->checkpoints);
  loaded_ = std::move(checkpoints->loaded);
  floors_ = loaded_->floors;
  WalFilesOptions wal_options = options.wal;
  wal_options.scarce = [this](std::uint64_t bytes) { return space_.is_scarce(bytes); };
  Result<std::unique_ptr<WalFiles>> wal_files = WalFiles::open(files_, wal(), wal_options);
  if (!wal_files) return fail(wal_files.error());
  wal_files_ = std::move(*wal_files);
  old_wal_files_ = wal_files_->recovered();
  if (Result<void> removed = remove_marker(files_, folder_); !removed) return removed;
  believe(marker, claimed->is_new);
  return {};
}

// The marker is good for the checkpoint file that it names, as it was then, and for no other.
void DataFolder::believe(const std::optional<CleanShutdown>& marker, bool is_new) {
  if (is_new) {  // nothing was ever stored: as clean as it gets
    clean_ = true;
    first_sequence_ = wal_files_->start_after(WalSequence{0});
    return;
  }
  clean_ = marker && marker->checkpoint == checkpoints_->mark() && loaded_->damage.empty();
  if (!clean_) return;
  first_sequence_ = wal_files_->start_after(marker->last_wal_sequence);
  wal_files_->release_recovered();
}

std::shared_ptr<const LoadedCheckpoints> DataFolder::loaded() const {
  std::lock_guard lock(mutex_);
  return loaded_;
}

Result<WalReport> DataFolder::read_wal(const std::function<Result<void>(const RecoveredWalRecord&)>& take) {
  if (clean_) return WalReport{};
  std::lock_guard lock(mutex_);
  WHARF_ASSERT(wal_takers_ < stores_);
  if (!wal_report_) {
    if (Result<void> read = read_wal_once(); !read) return fail(read.error());
  }
  for (const RecoveredWalRecord& record : wal_records_) {
    if (Result<void> taken = take(record); !taken) return fail(taken.error());
  }
  if (++wal_takers_ == stores_) wal_records_ = {};
  return *wal_report_;
}

Result<void> DataFolder::read_wal_once() {
  wal_records_.clear();
  auto keep = [this](const RecoveredWalRecord& record) -> Result<void> {
    RecoveredWalRecord& kept = wal_records_.emplace_back(record);
    if (kept.owner != nullptr) return {};
    kept.owner = std::make_shared_for_overwrite<std::byte[]>(record.payload.size());
    std::ranges::copy(record.payload, kept.owner.get());
    kept.payload = {kept.owner.get(), record.payload.size()};
    return {};
  };
  Result<WalReport> report = read_wal_files(files_, wal(), old_wal_files_, floors_, keep);
  if (!report) return fail(report.error());
  tell(*report);
  first_sequence_ = wal_files_->start_after(report->last_sequence);
  adopt(*report);
  wal_report_ = std::move(*report);
  return {};
}

void DataFolder::adopt(WalReport& report) {
  wal_files_->release(report.unneeded);
  std::erase_if(old_wal_files_, [&](const std::string& name) {
    return std::ranges::find(report.unneeded, name) != report.unneeded.end();
  });
  old_wal_contents_ = std::move(report.contents);
}

void DataFolder::vouch(std::span<const Vouched> vouched, bool let_go) {
  std::lock_guard lock(mutex_);
  if (old_wal_contents_.empty()) return;
  std::map<PartitionId, std::optional<Offset>> ends;
  for (const Vouched& one : vouched) ends[one.partition] = one.stored_end;
  for (WalContent& content : old_wal_contents_) {
    std::erase_if(content.next_offsets, [&](const auto& held) {
      auto end = ends.find(held.first);
      return end != ends.end() && (!end->second || held.second <= *end->second);
    });
  }
  if (let_go) let_go_of_old_files();
}

// The newest first: a file names its predecessor, and would miss it.
void DataFolder::let_go_of_old_files() {
  std::set<ShardIndex> needed;
  std::vector<std::string> unneeded;
  for (auto content = old_wal_contents_.rbegin(); content != old_wal_contents_.rend(); ++content) {
    if (content->is_needed()) needed.insert(content->shard);
    if (!needed.contains(content->shard)) unneeded.push_back(content->file);
  }
  if (unneeded.empty()) return;
  if (!wal_files_->remove_recovered(unneeded)) return;  // they stay known: tried again with the next checkpoint
  auto is_gone = [&](const std::string& name) { return std::ranges::find(unneeded, name) != unneeded.end(); };
  std::erase_if(old_wal_files_, is_gone);
  std::erase_if(old_wal_contents_, [&](const WalContent& content) { return is_gone(content.file); });
}

void DataFolder::tell(const WalReport& report) {
  for (const WalDamage& damage : report.damage) {
    if (damage.kind == WalGap::kTorn) {
      logger_.info("the last write to the write-ahead log was cut by a crash; nobody was told of it",
                   {{"file", damage.file}, {"first_block", damage.first_block}, {"blocks", damage.blocks}});
    } else {
      logger_.error("the write-ahead log is damaged; what lies behind the damage is kept",
                    {{"file", damage.file.empty() ? std::string_view("lost") : std::string_view(damage.file)},
                     {"sequence", damage.sequence.value}, {"first_block", damage.first_block}, {"blocks", damage.blocks}});
    }
  }
  for (const WalLoss& loss : report.losses) {
    logger_.error("records were lost with the damaged write-ahead log",
                  {{"partition", loss.partition.folder()}, {"first_offset", loss.first.value}, {"next_offset", loss.next.value}});
  }
}

Result<void> DataFolder::store_recovered() {
  std::lock_guard lock(mutex_);
  WHARF_ASSERT(first_sequence_ && recovered_ < stores_);
  if (recovered_ + 1 < stores_) {
    ++recovered_;
    return {};
  }
  if (!clean_) {
    if (Result<void> raised = checkpoints_->raise_floor(*first_sequence_); !raised) return raised;
  }
  ++recovered_;
  wal_files_->release_recovered();
  old_wal_contents_.clear();
  loaded_.reset();
  return {};
}

bool DataFolder::takes_floor(ShardIndex shard) const {
  std::lock_guard lock(mutex_);
  if (clean_ || recovered_ == stores_) return true;
  return std::ranges::none_of(old_wal_contents_, [shard](const WalContent& content) {
    return content.shard == shard && content.is_needed();
  });
}

Result<void> DataFolder::store_closed() {
  std::lock_guard lock(mutex_);
  WHARF_ASSERT(closed_ < stores_);
  if (closed_ + 1 < stores_ || recovered_ < stores_) {
    ++closed_;
    return {};
  }
  // The next start uses the old files at once: from now on nothing in them counts.
  WalSequence next{wal_files_->last_sequence().value + 1};
  if (Result<void> raised = checkpoints_->raise_floor(next); !raised) return raised;
  CleanShutdown marker{.checkpoint = checkpoints_->mark(), .last_wal_sequence = wal_files_->last_sequence()};
  Result<void> written = runtime::replace_file(files_, folder_ / kMarkerFile, encode_clean_shutdown(marker));
  if (!written) return storage_failure(written.error());
  ++closed_;
  return {};
}

}  // namespace wharf::log
