// The store's checkpoints: write behind, sync, say what may be relied on, recycle the write-ahead log.
#include <algorithm>

#include <fmt/format.h>

#include "log/log_store.hpp"
#include "log/segment_rewrite.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

using runtime::Task;

struct LogStore::Checkpointing {
  struct Entry {
    PartitionId partition;
    std::vector<std::byte> state;  // empty: removed
    SegmentList::SyncPoint sync;
    Offset log_start;
  };
  std::vector<Entry> entries;
  WalPosition upto;
  std::optional<Error> first_error;  // of a partition that is left out: the write-ahead log must keep what it has
};

namespace {

/// Makes durable what was written, file by file or all at once. Work pool.
Result<void> sync_stored(runtime::FileSystem& files, const std::filesystem::path& root, const std::vector<std::filesystem::path>& changed_files,
                         const std::vector<std::filesystem::path>& changed_folders, bool all) {
  // Measured: 1,000 dirty files take 2.9 s one after the other, 0.26 s by syncfs.
  constexpr std::size_t kMostSingly = 8;
  if (all || changed_files.size() + changed_folders.size() > kMostSingly) {
    Result<void> synced = files.sync_all(root);
    if (!synced) return storage_failure(synced.error());
    return {};
  }
  for (const std::filesystem::path& path : changed_files) {
    Result<std::unique_ptr<runtime::File>> file = files.open(path, runtime::OpenMode::kReadWrite);
    if (!file) return storage_failure(file.error());
    if (Result<void> synced = (*file)->sync_data(); !synced) return storage_failure(synced.error());
  }
  for (const std::filesystem::path& folder : changed_folders) {
    if (Result<void> synced = files.sync_folder(folder); !synced) return storage_failure(synced.error());
  }
  if (changed_folders.empty()) return {};
  if (Result<void> synced = files.sync_folder(root); !synced) return storage_failure(synced.error());
  return {};
}

}  // namespace

void LogStore::gather_checkpoint(PartitionLog& log, Checkpointing& work, bool closing) {
  // An index that cannot be written is made anew when it is missed.
  std::ignore = log.stored().write_indexes(closing);
  PartitionState state = log.state();
  Checkpointing::Entry entry{log.id(), {}, log.stored().begin_sync(), state.log_start};
  state.encode(entry.state);
  work.entries.push_back(std::move(entry));
}

Task<Result<void>> LogStore::checkpoint() {
  Result<void> outcome = co_await checkpoint_now(false);
  co_return outcome;
}

Task<Result<void>> LogStore::checkpoint_now(bool closing) {
  if (checkpointing_) co_return fail(ErrorCode::kBusy, "a checkpoint is under way");
  checkpointing_ = true;
  Checkpointing work;
  work.upto = settled_;
  appended_since_checkpoint_ = 0;
  std::vector<PartitionId> dirty = std::exchange(dirty_, {});
  for (const PartitionId& id : dirty) {
    constexpr std::size_t kBytesPerTurn = 1u << 20;
    bool more = true;
    while (more) {
      PartitionLog* log = find(id);
      if (log == nullptr) break;
      Result<bool> written = log->write_behind(kBytesPerTurn);
      more = written && *written;
      if (!more) {
        log->listed().dirty = false;
        if (written) gather_checkpoint(*log, work, closing);
        // What is not durable yet is left for the next one.
        if (!written || log->stored_end() < log->log_end_offset()) list_dirty(*log);
        if (!written && !work.first_error) work.first_error = written.error();
      }
      if (more || work.entries.size() % 64 == 0) co_await next_turn();
    }
  }
  std::vector<PartitionId> removed = std::exchange(removed_, {});
  for (const PartitionId& id : removed) work.entries.push_back({id, {}, {}, {}});
  if (work.entries.empty() && !closing && !needs_full_sync_ && !recovered_untold_) {
    checkpointing_ = false;
    checkpoint_ended_.notify();
    co_return work.first_error ? Result<void>(fail(*work.first_error)) : Result<void>();
  }

  std::vector<std::filesystem::path> files, folders;
  for (const Checkpointing::Entry& entry : work.entries) {
    files.insert(files.end(), entry.sync.files.begin(), entry.sync.files.end());
    if (entry.sync.folder) folders.push_back(context_.logs / entry.partition.folder());
  }
  std::vector<std::pair<std::filesystem::path, SuspectSegment>> suspects;
  for (const Checkpointing::Entry& entry : work.entries) {
    for (const SuspectSegment& suspect : entry.sync.suspects) suspects.emplace_back(context_.logs / entry.partition.folder(), suspect);
  }
  auto write = [file_system = with_.files, root = context_.logs, files = std::move(files), folders = std::move(folders), suspects = std::move(suspects),
                all = needs_full_sync_, folder = with_.folder, entries = &work.entries,
                floor = work.first_error ? std::nullopt : std::optional(WalFloor{with_.shard->index(), wal_.floor_at(work.upto)}),
                tell_recovered = recovered_untold_ && !work.first_error]() -> Result<void> {
    for (const auto& [place, suspect] : suspects) {
      if (Result<void> rewritten = rewrite_segment(*file_system, place, suspect); !rewritten) return rewritten;
    }
    if (Result<void> synced = sync_stored(*file_system, root, files, folders, all); !synced) return synced;
    std::vector<PartitionCheckpoint> states;
    for (const Checkpointing::Entry& entry : *entries) {
      states.push_back({entry.partition, entry.state.empty() ? std::nullopt : std::optional<ByteView>(entry.state)});
    }
    if (Result<void> appended = folder->checkpoints().append(states, floor); !appended) return appended;
    return tell_recovered ? folder->store_recovered() : Result<void>();
  };
  Result<void> outcome = co_await runtime::run_blocking(*with_.shard, std::move(write));
  checkpointing_ = false;
  checkpoint_ended_.notify();
  if (!outcome) {
    ++context_.statistics.failed_checkpoints;
    needs_full_sync_ = true;
    for (const auto& [id, log] : partitions_) log->stored().distrust_unsynced();
    for (const Checkpointing::Entry& entry : work.entries) {
      if (PartitionLog* log = find(entry.partition)) list_dirty(*log);
    }
    removed_.insert(removed_.end(), removed.begin(), removed.end());
    co_return fail(outcome.error());
  }
  finish_checkpoint(work);
  co_return work.first_error ? Result<void>(fail(*work.first_error)) : Result<void>();
}

void LogStore::finish_checkpoint(const Checkpointing& work) {
  ++context_.statistics.checkpoints;
  needs_full_sync_ = false;
  if (!work.first_error) {
    wal_.recycle(work.upto);
    recovered_untold_ = false;
  }
  for (const Checkpointing::Entry& entry : work.entries) {
    PartitionLog* log = find(entry.partition);
    if (log == nullptr) continue;
    log->stored().mark_synced(entry.sync);
    // Files go only when the new log start is durable: a missing file above it is a loss, never a trim.
    for (std::unique_ptr<Segment>& segment : log->stored().take_below(entry.log_start)) {
      MonotonicTime due = with_.shard->now() + Milliseconds(log->config().file_delete_delay_ms);
      deletions_.push_back({context_.logs / entry.partition.folder(), segment->base(), due, false});
      ++context_.statistics.segments_deleted;
    }
  }
  if (!deletions_.empty()) housekeeping_signal_.notify();
}

Task<void> LogStore::checkpoint_loop() {
  while (!stopping_) {
    MonotonicTime next = with_.shard->now() + Milliseconds(options_.checkpoint_interval_ms);
    bool asked = co_await checkpoint_signal_.wait_until(next);
    if (stopping_) break;
    if (!asked && dirty_.empty() && removed_.empty() && !recovered_untold_) continue;
    Result<void> done = co_await checkpoint_now(false);
    if (done) continue;
    with_.logger->warn("a checkpoint could not be made", {{"error", to_string(done.error().code)}, {"reason", done.error().message}});
    bool woken = co_await checkpoint_signal_.wait_until(with_.shard->now() + Milliseconds(options_.retry_ms));
    std::ignore = woken;
  }
}

}  // namespace wharf::log
