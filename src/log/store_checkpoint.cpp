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
    std::optional<Offset> stored_end;  // none: removed
  };
  std::vector<Entry> entries;
  std::vector<PartitionId> removed;
  WalPosition upto;
  std::optional<Error> first_error;  // of a partition that is left out: the write-ahead log must keep what it has
  bool sync_failed = false;
};

namespace {

/// What the work pool does for a checkpoint. Owns what it touches.
struct CheckpointJob {
  runtime::FileSystem* files = nullptr;
  DataFolder* folder = nullptr;
  std::filesystem::path logs;
  std::vector<std::pair<std::filesystem::path, SuspectSegment>> suspects;
  std::vector<std::filesystem::path> changed_files;
  std::vector<std::filesystem::path> changed_folders;
  bool sync_everything = false;
  std::vector<std::pair<PartitionId, std::vector<std::byte>>> states;
  std::optional<WalFloor> floor;
  std::vector<DataFolder::Vouched> vouched;
  bool tell_recovered = false;

  struct Outcome {
    Result<void> result;
    bool sync_failed = false;
  };
  Outcome run() const {
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

 private:
  Result<void> sync() const {
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
};

}  // namespace

void LogStore::gather_checkpoint(PartitionLog& log, Checkpointing& work, bool closing) {
  // An index that cannot be written is made anew when it is missed.
  std::ignore = log.stored().write_indexes(closing);
  PartitionState state = log.state();
  Checkpointing::Entry entry{log.id(), {}, log.stored().begin_sync(), state.log_start, log.stored_end()};
  state.encode(entry.state);
  work.entries.push_back(std::move(entry));
}

Task<Result<void>> LogStore::checkpoint() {
  Result<void> outcome = co_await checkpoint_now(false);
  co_return outcome;
}

/// What has precedence is written whatever it takes of the reserve.
Task<Result<bool>> LogStore::write_some_behind(PartitionId id, std::size_t max_bytes) {
  while (true) {
    PartitionLog* log = find(id);
    if (log == nullptr) co_return false;
    Result<bool> written = log->write_behind(max_bytes);
    if (written || written.error().code != ErrorCode::kDiskFull || !precedes(id)) co_return written;
    bool made = co_await make_room(log->unstored_bytes(), ReserveUse::kCatalogue);
    if (!made) co_return written;
  }
}

/// Writes behind and notes what each dirty partition's checkpoint says, a little per turn.
Task<void> LogStore::gather_all(Checkpointing* work, bool closing) {
  std::vector<PartitionId> dirty = std::exchange(dirty_, {});
  for (const PartitionId& id : dirty) {
    constexpr std::size_t kBytesPerTurn = 1u << 20;
    bool more = true;
    while (more) {
      Result<bool> written = co_await write_some_behind(id, kBytesPerTurn);
      PartitionLog* log = find(id);
      if (log == nullptr) break;
      more = written && *written;
      if (!more) {
        log->listed().dirty = false;
        if (written) gather_checkpoint(*log, *work, closing);
        // What is not durable yet is left for the next one.
        if (!written || log->stored_end() < log->log_end_offset()) list_dirty(*log);
        if (!written && !work->first_error) work->first_error = written.error();
      }
      if (more || work->entries.size() % 64 == 0) co_await next_turn();
    }
  }
  work->removed = std::exchange(removed_, {});
  for (const PartitionId& id : work->removed) work->entries.push_back({id, {}, {}, {}, std::nullopt});
}

/// On a full disk the reserve makes room for what was confirmed: a start needs its segments written to let go of old
/// files of the write-ahead log.
Task<Result<void>> LogStore::checkpoint_now(bool closing) {
  while (true) {
    Result<void> outcome = co_await checkpoint_once(closing);
    if (outcome || outcome.error().code != ErrorCode::kDiskFull) co_return outcome;
    bool made = co_await make_room(context_.unstored_bytes, ReserveUse::kConfirmed);
    if (!made) co_return outcome;
  }
}

Task<Result<void>> LogStore::checkpoint_once(bool closing) {
  if (checkpointing_) co_return fail(ErrorCode::kBusy, "a checkpoint is under way");
  checkpointing_ = true;
  Checkpointing work;
  work.upto = settled_;
  appended_since_checkpoint_ = 0;
  co_await gather_all(&work, closing);
  bool needed = !work.entries.empty() || closing || needs_full_sync_ || recovered_untold_;
  Result<void> outcome;
  if (needed) outcome = co_await write_checkpoint(&work);
  if (needed && outcome) finish_checkpoint(work);
  if (!outcome) give_back(work);
  tell_waiting();
  checkpointing_ = false;
  checkpoint_ended_.notify();
  if (outcome && work.first_error) outcome = fail(*work.first_error);
  co_return outcome;
}

Task<Result<void>> LogStore::write_checkpoint(Checkpointing* work) {
  CheckpointJob job;
  job.files = with_.files;
  job.folder = with_.folder;
  job.logs = context_.logs;
  job.sync_everything = needs_full_sync_;
  for (Checkpointing::Entry& entry : work->entries) {
    std::filesystem::path folder = context_.logs / entry.partition.folder();
    for (const SuspectSegment& suspect : entry.sync.suspects) job.suspects.emplace_back(folder, suspect);
    job.changed_files.insert(job.changed_files.end(), entry.sync.files.begin(), entry.sync.files.end());
    if (entry.sync.folder) job.changed_folders.push_back(folder);
    job.states.emplace_back(entry.partition, std::move(entry.state));
    job.vouched.push_back({entry.partition, entry.stored_end});
  }
  if (!work->first_error) {
    job.floor = WalFloor{with_.shard->index(), wal_.floor_at(work->upto)};
    job.tell_recovered = recovered_untold_;
  }
  bool with_precedence = std::ranges::any_of(
      work->entries, [this](const Checkpointing::Entry& entry) { return precedes(entry.partition); });
  auto shared = std::make_shared<const CheckpointJob>(std::move(job));
  CheckpointJob::Outcome outcome;
  while (true) {
    outcome = co_await runtime::run_blocking(*with_.shard, [shared] { return shared->run(); });
    bool is_full = !outcome.result && outcome.result.error().code == ErrorCode::kDiskFull;
    if (!is_full || outcome.sync_failed || !with_precedence) break;
    bool made = co_await make_room(0, ReserveUse::kCatalogue);
    if (!made) break;
  }
  work->sync_failed = outcome.sync_failed;
  co_return outcome.result;
}

/// It failed: everything in it is for the next one.
void LogStore::give_back(const Checkpointing& work) {
  ++context_.statistics.failed_checkpoints;
  needs_full_sync_ = true;
  if (work.sync_failed) {
    for (const auto& [id, log] : partitions_) log->stored().distrust_unsynced();
  }
  for (const Checkpointing::Entry& entry : work.entries) {
    if (PartitionLog* log = find(entry.partition)) list_dirty(*log);
  }
  removed_.insert(removed_.end(), work.removed.begin(), work.removed.end());
}

void LogStore::finish_checkpoint(const Checkpointing& work) {
  ++context_.statistics.checkpoints;
  needs_full_sync_ = false;
  if (!work.first_error) {
    wal_.recycle(work.upto);
    with_.folder->space().note_stored();
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

/// Once for each kind of trouble: it is tried again every second.
void LogStore::tell_of_checkpoint(const Result<void>& done) {
  if (done) {
    if (std::exchange(checkpoint_failure_, std::nullopt)) with_.logger->info("checkpoints can be made again", {{"shard", with_.shard->index().value}});
    return;
  }
  if (checkpoint_failure_ == done.error().code) return;
  checkpoint_failure_ = done.error().code;
  with_.logger->warn("a checkpoint could not be made", {{"error", to_string(done.error().code)}, {"reason", done.error().message}});
}

Task<void> LogStore::checkpoint_loop() {
  while (!stopping_) {
    MonotonicTime next = with_.shard->now() + Milliseconds(options_.checkpoint_interval_ms);
    bool asked = co_await checkpoint_signal_.wait_until(next);
    if (stopping_) break;
    if (!asked && dirty_.empty() && removed_.empty() && !recovered_untold_) continue;
    Result<void> done = co_await checkpoint_now(false);
    tell_of_checkpoint(done);
    if (done) continue;
    if (done.error().code == ErrorCode::kDiskFull) with_.folder->space().note_full();
    bool woken = co_await checkpoint_signal_.wait_until(with_.shard->now() + Milliseconds(options_.retry_ms));
    std::ignore = woken;
  }
}

}  // namespace wharf::log
