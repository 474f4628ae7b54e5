#include "log/checkpoint_job.hpp"

#include "log/segment_rewrite.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

namespace {

CheckpointJob::Outcome after_sync(Result<void> synced) {
  if (synced) return {};
  return {.result = storage_failure(synced.error()), .sync_failed = true};
}

}  // namespace

CheckpointJob::Outcome CheckpointJob::run() const {
  for (const auto& [place, suspect] : suspects) {
    if (Result<void> rewritten = rewrite_segment(*files, place, suspect); !rewritten) return {rewritten};
  }
  if (Outcome synced = sync(); !synced.result) return synced;
  std::vector<PartitionCheckpoint> entries;
  for (const auto& [partition, state] : states) {
    entries.push_back({partition, state.empty() ? std::nullopt : std::optional<ByteView>(state)});
  }
  bool has_floor = floor && folder->takes_floor(floor->shard);
  Result<void> appended = folder->checkpoints().append(entries, has_floor ? floor : std::nullopt);
  Outcome outcome{appended, folder->checkpoints().take_unreadable(owns), has_floor};
  if (!appended) return outcome;
  folder->vouch(vouched, !tell_recovered);
  if (tell_recovered) outcome.result = folder->store_recovered();
  return outcome;
}

CheckpointJob::Outcome CheckpointJob::sync_file(const std::filesystem::path& path) const {
  Result<std::unique_ptr<runtime::File>> file = files->open(path, runtime::OpenMode::kReadWrite);
  if (file) return after_sync((*file)->sync_data());
  if (file.error().code == ErrorCode::kNotFound) return {};
  return {storage_failure(file.error())};
}

CheckpointJob::Outcome CheckpointJob::sync_folder(const std::filesystem::path& path) const {
  Result<void> synced = files->sync_folder(path);
  if (!synced && synced.error().code == ErrorCode::kNotFound) return {};
  return after_sync(std::move(synced));
}

/// What is gone by now was removed with its topic, or compacted away, and needs no sync.
CheckpointJob::Outcome CheckpointJob::sync() const {
  // Measured: 1,000 dirty files take 2.9 s one after the other, 0.26 s by syncfs.
  constexpr std::size_t kMostSingly = 8;
  if (sync_everything || changed_files.size() + changed_folders.size() > kMostSingly)
    return after_sync(files->sync_all(logs));
  for (const std::filesystem::path& path : changed_files) {
    if (Outcome synced = sync_file(path); !synced.result) return synced;
  }
  for (const std::filesystem::path& path : changed_folders) {
    if (Outcome synced = sync_folder(path); !synced.result) return synced;
  }
  return changed_folders.empty() ? Outcome{} : sync_folder(logs);
}

}  // namespace wharf::log
