#include "log/checkpointer.hpp"

#include <algorithm>

#include "log/checkpoint_job.hpp"

namespace wharf::log {

using runtime::Task;

struct Checkpointer::Work {
  struct Entry {
    PartitionId partition;
    std::vector<std::byte> state;  // empty: removed
    SegmentList::SyncPoint sync;
    Offset log_start;
    std::optional<Offset> kept_end;  // below, all is in segments or in `state`; none: removed
  };
  std::vector<Entry> entries;
  std::vector<PartitionId> removed;
  std::size_t carried_bytes = 0;
  WalPosition upto;
  std::optional<Error> first_error;  // of a partition that is left out: the write-ahead log must keep what it has
  bool has_floor = false;            // the write-ahead log's files below it may be used again
  bool sync_failed = false;
  bool was_asked = false;
};

Checkpointer::Checkpointer(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs,
                           StoreSpace& space, GroupCommit& commits, CondemnedFiles& condemned, runtime::Signal& wanted)
    : with_(with),
      options_(options),
      logs_(logs),
      space_(space),
      commits_(commits),
      condemned_(condemned),
      wanted_(wanted) {}

void Checkpointer::note_dirty(PartitionLog& log) {
  if (log.listed().dirty) return;
  log.listed().dirty = true;
  dirty_.push_back(log.id());
}

void Checkpointer::note_appended(std::size_t bytes) {
  appended_bytes_ += bytes;
  if (appended_bytes_ >= options_.checkpoint_bytes || commits_.wal().wants_checkpoint()) wanted_.notify();
}

void Checkpointer::gather(PartitionLog& log, Work& work, Records records, bool closing) {
  // An index that cannot be written is made anew when it is missed.
  std::ignore = log.stored().write_indexes(closing);
  bool carries = records == Records::kCarried;
  PartitionState state = carries ? log.state_with_carried() : log.state();
  Offset kept_end = carries ? log.high_watermark() : log.stored_end();
  Work::Entry entry{log.id(), {}, log.stored().begin_sync(), state.log_start, kept_end};
  work.carried_bytes += state.carried.size();
  state.encode(entry.state);
  work.entries.push_back(std::move(entry));
  if (kept_end < log.log_end_offset()) note_dirty(log);  // what is not durable yet is left for the next one
}

/// What a checkpoint carries is written again with each change, and is in memory while it is made.
bool Checkpointer::may_carry(PartitionLog& log, const Work& work) const {
  constexpr std::size_t kMostAtOnce = 8u << 20;
  constexpr std::size_t kMostLive = 24u << 20;  // a start holds it in memory, and a full disk's reserve has to take it
  if (work.carried_bytes > kMostAtOnce || with_.folder->checkpoints().live_bytes() > kMostLive) return false;
  Result<bool> carried = log.may_be_carried();
  return carried && *carried;
}

/// What has precedence is written whatever it takes of the reserve.
Task<Result<bool>> Checkpointer::write_some_behind(PartitionId id, std::size_t max_bytes) {
  while (true) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return false;
    Result<bool> written = log->write_behind(max_bytes);
    if (written || written.error().code != ErrorCode::kDiskFull || !space_.precedes(id)) co_return written;
    bool made = co_await space_.make_room(log->unstored_bytes(), ReserveUse::kCatalogue);
    if (!made) co_return written;
  }
}

void Checkpointer::note_again(const std::vector<PartitionId>& ids) {
  for (const PartitionId& id : ids) {
    if (PartitionLog* log = logs_.find(id)) note_dirty(*log);
  }
}

/// Writes behind and notes what each dirty partition's checkpoint says, a little per turn.
Task<void> Checkpointer::gather_all(Work* work, bool closing) {
  note_again(logs_.take_changed());
  std::vector<PartitionId> dirty = std::exchange(dirty_, {});
  constexpr std::size_t kBytesPerTurn = 256u << 10;  // it ends with the write that reaches them
  constexpr std::size_t kBytesOfACall = 32u << 10;   // what could be written in the time that a write takes besides
  std::size_t in_this_turn = 0;
  for (const PartitionId& id : dirty) {
    PartitionLog* log = logs_.find(id);
    bool carries = log != nullptr && may_carry(*log, *work);
    while (log != nullptr) {
      std::uint64_t unstored = log->unstored_bytes();
      Result<bool> written = false;
      if (!carries) written = co_await write_some_behind(id, kBytesPerTurn);
      log = logs_.find(id);
      if (log == nullptr) break;
      if (log->unstored_bytes() < unstored) in_this_turn += kBytesOfACall + unstored - log->unstored_bytes();
      bool more = written && *written;
      if (!more) {
        log->listed().dirty = false;
        if (written) gather(*log, *work, carries ? Records::kCarried : Records::kInSegments, closing);
        if (!written) note_dirty(*log);
        if (!written && !work->first_error) work->first_error = written.error();
      }
      if (more || in_this_turn >= kBytesPerTurn || work->entries.size() % 64 == 0) {
        in_this_turn = 0;
        co_await runtime::next_turn(*with_.shard);
      }
      log = more ? logs_.find(id) : nullptr;
    }
  }
  work->removed = std::exchange(removed_, {});
  // Of one that was made anew meanwhile the state counts, which stands behind.
  auto is_back = [this](const PartitionId& id) { return logs_.find(id) != nullptr; };
  for (const PartitionId& id : work->removed) {
    auto place = is_back(id) ? work->entries.begin() : work->entries.end();
    work->entries.insert(place, {id, {}, {}, {}, std::nullopt});
  }
}

/// On a full disk the reserve makes room for what was confirmed: a start needs its segments written to let go of old
/// files of the write-ahead log.
Task<Result<void>> Checkpointer::write(bool closing) {
  while (true) {
    bool was_asked = false;
    Result<void> outcome = co_await write_once(closing, &was_asked);
    bool made = false;
    if (!outcome && outcome.error().code == ErrorCode::kDiskFull)
      made = co_await space_.make_room(logs_.context().unstored_bytes, ReserveUse::kConfirmed);
    if (made) continue;
    if (was_asked) continue;  // each entry is asked for once
    if (outcome && floor_untold_)
      commits_.note_checkpoint(fail(ErrorCode::kStorage, "another shard needs files of the write-ahead log"));
    else if (outcome || outcome.error().code != ErrorCode::kBusy)
      commits_.note_checkpoint(outcome);
    co_return outcome;
  }
}

Task<Result<void>> Checkpointer::write_once(bool closing, bool* was_asked) {
  if (writing_) co_return fail(ErrorCode::kBusy, "a checkpoint is under way");
  writing_ = true;
  Work work;
  work.upto = commits_.settled();
  appended_bytes_ = 0;
  co_await gather_all(&work, closing);
  bool is_asked = with_.folder->checkpoints().has_unreadable();
  bool needed = !work.entries.empty() || closing || needs_full_sync_ || recovered_untold_ || floor_untold_ || is_asked;
  Result<void> outcome;
  if (needed) outcome = co_await carry_out(&work);
  *was_asked = work.was_asked;
  if (needed && outcome) finish(work);
  if (!outcome) take_back(work);
  space_.tell_waiting();
  writing_ = false;
  for (runtime::Resume<bool>& resume : std::exchange(waiting_, {})) {
    with_.shard->post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
  }
  if (outcome && work.first_error) outcome = fail(*work.first_error);
  co_return outcome;
}

Task<Result<void>> Checkpointer::carry_out(Work* work) {
  CheckpointJob job;
  job.files = with_.files;
  job.folder = with_.folder;
  job.logs = logs_.context().logs;
  job.sync_everything = needs_full_sync_;
  job.owns = options_.owns;
  for (Work::Entry& entry : work->entries) {
    std::filesystem::path folder = logs_.context().logs / entry.partition.folder();
    for (const SuspectSegment& suspect : entry.sync.suspects) job.suspects.emplace_back(folder, suspect);
    job.changed_files.insert(job.changed_files.end(), entry.sync.files.begin(), entry.sync.files.end());
    if (entry.sync.folder) job.changed_folders.push_back(folder);
    job.states.emplace_back(entry.partition, std::move(entry.state));
    job.vouched.push_back({entry.partition, entry.kept_end});
  }
  if (!work->first_error) {
    job.floor = WalFloor{with_.shard->index(), commits_.wal().floor_at(work->upto)};
    job.tell_recovered = recovered_untold_;
  }
  bool with_precedence =
      std::ranges::any_of(work->entries, [this](const Work::Entry& entry) { return space_.precedes(entry.partition); });
  auto shared = std::make_shared<const CheckpointJob>(std::move(job));
  CheckpointJob::Outcome outcome;
  while (true) {
    outcome = co_await runtime::run_blocking(*with_.shard, [shared] { return shared->run(); });
    note_again(outcome.unreadable);
    for (const PartitionId& id : outcome.unreadable) {
      if (logs_.find(id) == nullptr) with_.folder->checkpoints().give_up(id);
    }
    work->was_asked = work->was_asked || !outcome.unreadable.empty();
    bool is_full = !outcome.result && outcome.result.error().code == ErrorCode::kDiskFull;
    if (!is_full || outcome.sync_failed || !with_precedence) break;
    bool made = co_await space_.make_room(0, ReserveUse::kCatalogue);
    if (!made) break;
  }
  work->sync_failed = outcome.sync_failed;
  work->has_floor = outcome.has_floor;
  co_return outcome.result;
}

/// It failed: everything in it is for the next one.
void Checkpointer::take_back(const Work& work) {
  ++logs_.statistics().failed_checkpoints;
  needs_full_sync_ = true;
  if (work.sync_failed) {
    logs_.for_each([](PartitionLog& log) { log.stored().distrust_unsynced(); });
  }
  for (const Work::Entry& entry : work.entries) note_again({entry.partition});
  removed_.insert(removed_.end(), work.removed.begin(), work.removed.end());
}

void Checkpointer::finish(const Work& work) {
  ++logs_.statistics().checkpoints;
  needs_full_sync_ = false;
  if (!work.first_error) {
    if (work.has_floor) commits_.wal().recycle(work.upto);
    floor_untold_ = !work.has_floor;
    space_.note_stored();
    recovered_untold_ = false;
  }
  for (const Work::Entry& entry : work.entries) {
    PartitionLog* log = logs_.find(entry.partition);
    if (log == nullptr) continue;
    log->stored().mark_synced(entry.sync);
    // Files go only when the new log start is durable: a missing file above it is a loss, never a trim.
    for (std::unique_ptr<Segment>& segment : log->stored().take_below(entry.log_start)) {
      condemned_.add_segment(log->stored().folder(), segment->base(), log->config().file_delete_delay_ms, false);
      ++logs_.statistics().segments_deleted;
    }
  }
}

/// Once for each kind of trouble: it is tried again every second.
void Checkpointer::tell_of(const Result<void>& done) {
  if (done) {
    if (std::exchange(told_failure_, std::nullopt))
      with_.logger->info("checkpoints can be made again", {{"shard", with_.shard->index().value}});
    return;
  }
  if (told_failure_ == done.error().code) return;
  told_failure_ = done.error().code;
  with_.logger->warn("a checkpoint could not be made",
                     {{"error", to_string(done.error().code)}, {"reason", done.error().message}});
}

bool Checkpointer::has_news() const {
  bool is_untold = recovered_untold_ || floor_untold_;
  return has_dirty() || !removed_.empty() || is_untold || with_.folder->checkpoints().has_unreadable();
}

/// False: it is to be tried again soon.
Task<bool> Checkpointer::write_and_tell() {
  Result<void> done = co_await write(false);
  tell_of(done);
  if (!done && done.error().code == ErrorCode::kDiskFull) space_.note_full();
  co_return done && !floor_untold_;
}

Task<void> Checkpointer::run() {
  const Milliseconds interval(options_.checkpoint_interval_ms);
  MonotonicTime next = with_.shard->now() + interval;
  while (!stopping_) {
    bool asked = co_await wanted_.wait_until(next);
    if (stopping_) break;
    bool done = true;
    if (asked || has_news()) done = co_await write_and_tell();
    next = with_.shard->now() + (done ? interval : Milliseconds(0));
    if (!done) co_await pause_after_failure();
  }
}

/// Whoever asks meanwhile: a disk that fails is not asked at each append.
Task<void> Checkpointer::pause_after_failure() {
  MonotonicTime until = with_.shard->now() + Milliseconds(options_.retry_ms);
  while (!stopping_ && with_.shard->now() < until) {
    bool woken = co_await wanted_.wait_until(until);
    std::ignore = woken;
  }
}

Task<Result<void>> Checkpointer::write_with(PartitionId id) {
  while (!stopping_) {
    Result<void> done = co_await write(false);
    if (logs_.find(id) == nullptr) co_return Result<void>();
    if (done || done.error().code != ErrorCode::kBusy) co_return done;
    if (writing_) co_await end_of_write();
  }
  co_return fail(ErrorCode::kClosed, "the log store is closing");
}

Task<void> Checkpointer::end_of_write() {
  auto start = [this](runtime::Resume<bool> resume) { waiting_.push_back(std::move(resume)); };
  [[maybe_unused]] bool ended = co_await runtime::suspend<bool>(std::move(start));
}

Task<void> Checkpointer::recovered(bool after_crash) {
  recovered_untold_ = true;
  needs_full_sync_ = after_crash;
  Result<void> done = co_await write(false);
  if (!done) {  // a full disk: the write-ahead log keeps what it has until there is room
    with_.logger->warn("started without a checkpoint", {{"reason", done.error().message}});
    told_failure_ = done.error().code;
    wanted_.notify();
  }
}

void Checkpointer::stop() {
  stopping_ = true;
  wanted_.notify();
}

}  // namespace wharf::log
