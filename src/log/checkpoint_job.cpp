#include "log/checkpoint_job.hpp"

#include "log/segment_rewrite.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

CheckpointJob::Outcome CheckpointJob::run() const {
  for (const auto& [place, suspect] : suspects) {
    if (Result<void> rewritten = rewrite_segment(*files, place, suspect); !rewritten) return {rewritten};
  }
  if (Result<void> synced = sync(); !synced) return {synced, true};
  std::vector<PartitionCheckpoint> entries;
  for (const auto& [partition, state] : states) {
    entries.push_back({partition, state.empty() ? std::nullopt : std::optional<ByteView>(state)});
  }
  if (Result<void> appended = folder->checkpoints().append(entries, floor); !appended) return {appended};
  folder->vouch(vouched, !tell_recovered);
  return {tell_recovered ? folder->store_recovered() : Result<void>()};
}

Result<void> CheckpointJob::sync() const {
  // Measured: 1,000 dirty files take 2.9 s one after the other, 0.26 s by syncfs.
  constexpr std::size_t kMostSingly = 8;
  if (sync_everything || changed_files.size() + changed_folders.size() > kMostSingly) {
    Result<void> synced = files->sync_all(logs);
    if (!synced) return storage_failure(synced.error());
    return {};
  }
  for (const std::filesystem::path& path : changed_files) {
    Result<std::unique_ptr<runtime::File>> file = files->open(path, runtime::OpenMode::kReadWrite);
    if (!file) return storage_failure(file.error());
    if (Result<void> synced = (*file)->sync_data(); !synced) return storage_failure(synced.error());
  }
  for (const std::filesystem::path& path : changed_folders) {
    if (Result<void> synced = files->sync_folder(path); !synced) return storage_failure(synced.error());
  }
  if (changed_folders.empty()) return {};
  if (Result<void> synced = files->sync_folder(logs); !synced) return storage_failure(synced.error());
  return {};
}

}  // namespace wharf::log
