#include "log/cleaner.hpp"

#include <algorithm>

#include "log/segment_files.hpp"

namespace wharf::log {

using runtime::Task;

Cleaner::Cleaner(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs, LogReads& reads,
                 Checkpointer& checkpointer, CondemnedFiles& condemned)
    : with_(with),
      options_(options),
      logs_(logs),
      reads_(reads),
      checkpointer_(checkpointer),
      condemned_(condemned),
      stop_signal_(*with.shard) {
  if (with_.random != nullptr) with_.random->fill(hash_secret_);
}

/// What a pass would read: closed segments, the dirty ones of which may be cleaned. None when there is nothing to do.
Task<Result<std::optional<Cleaner::Cleanable>>> Cleaner::find_cleanable(PartitionId id) {
  Cleanable cleanable{.partition = id};
  PartitionLog* log = logs_.find(id);
  if (log == nullptr || !log->config().cleanup_compact) co_return std::nullopt;
  Result<std::span<const std::unique_ptr<Segment>>> segments = log->stored().segments();
  if (!segments) co_return fail(segments.error());
  std::vector<Offset> bases;
  for (const auto& segment : *segments) bases.push_back(segment->base());
  std::uint64_t clean_bytes = 0, dirty_bytes = 0;
  for (std::size_t i = 0; i + 1 < bases.size(); ++i) {
    Result<MaxTimestamp> max = co_await reads_.segment_max_timestamp(id, bases[i]);
    if (!max) co_return fail(max.error());
    log = logs_.find(id);
    if (log == nullptr) co_return std::nullopt;
    Result<SegmentList::Holding> holding = log->stored().holding(bases[i]);
    if (!holding) co_return fail(holding.error());
    if (holding->segment == nullptr || holding->segment->base() != bases[i]) co_return std::nullopt;
    const LogConfig& config = log->config();
    Timestamp now = with_.shard->clock().wall_now();
    bool is_dirty = holding->end > log->stored().cleaned_to();
    if (is_dirty && config.min_compaction_lag_ms > 0 && max->timestamp.ms > now.ms - config.min_compaction_lag_ms)
      break;
    if (is_dirty && config.max_compaction_lag_ms != kForever && !cleanable.overdue) {
      Result<std::optional<Timestamp>> first = holding->segment->first_timestamp();
      cleanable.overdue = first && *first && (*first)->ms >= 0 && (*first)->ms < now.ms - config.max_compaction_lag_ms;
    }
    (is_dirty ? dirty_bytes : clean_bytes) += holding->segment->size();
    if (is_dirty) cleanable.has_dirty = true;
    cleanable.bases.push_back(bases[i]);
  }
  if (!cleanable.has_dirty) co_return std::nullopt;
  cleanable.dirty_ratio =
      static_cast<double>(dirty_bytes) / static_cast<double>(std::max<std::uint64_t>(clean_bytes + dirty_bytes, 1));
  if (!cleanable.overdue && cleanable.dirty_ratio <= log->config().min_cleanable_dirty_ratio) co_return std::nullopt;
  co_return cleanable;
}

Task<Result<void>> Cleaner::compact(PartitionId id) {
  Result<std::optional<Cleanable>> cleanable = co_await find_cleanable(id);
  if (!cleanable) co_return fail(cleanable.error());
  if (!*cleanable) co_return Result<void>();
  Result<void> done = co_await run_pass(std::move(**cleanable));
  co_return done;
}

Task<Result<void>> Cleaner::drop_gone(PartitionId id, std::shared_ptr<const GoneOffsets> gone) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr) co_return Result<void>();
  Result<std::span<const std::unique_ptr<Segment>>> segments = log->stored().segments();
  if (!segments) co_return fail(segments.error());
  Cleanable cleanable{.partition = id, .gone = std::move(gone)};
  for (std::size_t i = 0; i + 1 < segments->size(); ++i) cleanable.bases.push_back((*segments)[i]->base());
  Result<void> done = co_await run_pass(std::move(cleanable));
  co_return done;
}

Task<Result<void>> Cleaner::run_pass(Cleanable cleanable) {
  constexpr std::uint64_t kBytesPerSlice = 4u << 20;
  PartitionLog* log = logs_.find(cleanable.partition);
  if (log == nullptr) co_return Result<void>();
  CompactionInput input;
  input.folder = log->stored().folder();
  for (Offset base : cleanable.bases) {
    Result<SegmentList::Holding> holding = log->stored().holding(base);
    if (!holding) co_return fail(holding.error());
    if (holding->segment == nullptr || holding->segment->base() != base) co_return Result<void>();
    if (holding->end <= log->log_start_offset()) continue;  // the next checkpoint takes it out
    bool may_have_gaps = base < log->stored().gaps_below();
    bool stays = cleanable.gone && 2 * cleanable.gone->count_in(base, holding->end) < holding->end.value - base.value;
    input.segments.push_back(
        {base, holding->end, holding->segment->size(), may_have_gaps, stays, holding->segment->damage()});
  }
  if (std::ranges::all_of(input.segments, &CompactionSource::stays)) co_return Result<void>();
  const LogConfig& config = log->config();
  input.dirty_from = log->stored().cleaned_to();
  input.rules.gone = cleanable.gone;
  input.rules.now = with_.shard->clock().wall_now();
  input.rules.delete_retention_ms = config.delete_retention_ms;
  for (const auto& [producer, offset] : log->producer_states().last_batches())
    input.rules.keep_batches_at.insert(offset);
  input.map_bytes = cleanable.gone ? 0 : options_.cleaner_map_bytes;
  input.secret = hash_secret_;
  input.segment_bytes = config.segment_bytes;
  input.index_interval_bytes = static_cast<std::uint32_t>(config.index_interval_bytes);

  auto pass = std::make_shared<Compaction>(*with_.files, std::move(input));
  std::uint64_t counted = 0;
  bool all_exchanged = true;
  while (!stopping_) {
    auto work = [pass] { return pass->step(kBytesPerSlice); };
    Result<Compaction::Progress> progress = co_await runtime::run_blocking(*with_.shard, std::move(work));
    logs_.statistics().cleaned_bytes += pass->bytes_read() - std::exchange(counted, pass->bytes_read());
    if (!progress) co_return fail(progress.error());
    log = logs_.find(cleanable.partition);
    if (log == nullptr) co_return Result<void>();
    if (*progress == Compaction::Progress::kMapped) {
      // Where offsets may be missing must be known, durably, before any is.
      log->stored().allow_gaps_below(pass->cleaned_to_end());
      checkpointer_.note_dirty(*log);
      Result<void> known = co_await checkpointer_.write_with(cleanable.partition);
      if (!known) co_return known;
    } else if (*progress == Compaction::Progress::kGroupReady) {
      Result<bool> exchanged = swap_in(*log, pass->take_group());
      if (!exchanged) co_return fail(exchanged.error());
      all_exchanged = all_exchanged && *exchanged;
      checkpointer_.note_dirty(*log);
    } else if (*progress == Compaction::Progress::kDone) {
      // What is not clean may hold what a deletion stands for.
      if (!cleanable.gone && all_exchanged) log->stored().set_cleaned_to(pass->cleaned_to());
      checkpointer_.note_dirty(*log);
      ++logs_.statistics().compactions;
      co_return Result<void>();
    }
  }
  co_await runtime::run_blocking(*with_.shard, [pass] { pass->abandon(); });
  co_return fail(ErrorCode::kClosed, "the log store is closing");
}

/// Renames without waiting for the disk: between two turns, so that no reader sees half of it. False: retention took
/// some of the sources meanwhile.
Result<bool> Cleaner::swap_in(PartitionLog& log, CompactedGroup group) {
  std::filesystem::path folder = log.stored().folder();
  auto forget = [&] { return remove_segment_files(*with_.files, folder, group.sources.front(), kSwapSuffix); };
  std::optional<std::size_t> first = log.stored().position_of(group.sources);
  if (!first) {
    if (Result<void> forgotten = forget(); !forgotten) return fail(forgotten.error());
    return false;
  }
  std::size_t renamed = 1;
  Result<void> outcome;
  for (; renamed < group.sources.size() && outcome; ++renamed) {
    outcome = rename_segment_files(*with_.files, folder, group.sources[renamed], "", kDeletedSuffix);
  }
  if (outcome) outcome = rename_segment_files(*with_.files, folder, group.sources.front(), kSwapSuffix, "");
  if (!outcome) {
    for (std::size_t i = 1; i < renamed; ++i)
      std::ignore = rename_segment_files(*with_.files, folder, group.sources[i], kDeletedSuffix, "");
    std::ignore = forget();  // or the next pass does
    return fail(outcome.error());
  }
  std::int64_t delay_ms = log.config().file_delete_delay_ms;
  for (std::size_t i = 1; i < group.sources.size(); ++i)
    condemned_.add_segment(folder, group.sources[i], delay_ms, true);
  auto cleaned = std::make_unique<Segment>(logs_.context().cache, logs_.context().logs, log.id(), group.sources.front(),
                                           group.bytes);
  cleaned->restore_max_timestamp(group.max);
  cleaned->verified().add({0, group.bytes});
  // What is in memory would show readers what is gone.
  HotTail* tail = log.tail();
  while (tail != nullptr && !tail->empty() && tail->first() < group.end &&
         tail->oldest_block_next() <= log.stored_end())
    tail->drop_oldest_block();
  log.stored().replace(*first, *first + group.sources.size(), std::move(cleaned));
  return true;
}

/// The partitions that a pass is due for, the most urgent first; not those in which one failed a short while ago.
Task<std::vector<Cleaner::Cleanable>> Cleaner::find_dirty() {
  std::vector<Cleanable> dirty;
  for (const PartitionId& id : logs_.claimed([](const LogConfig& config) { return config.cleanup_compact; })) {
    if (stopping_) break;
    const PartitionLog* log = logs_.find(id);
    if (log == nullptr || (log->failed_compaction && with_.shard->now() < log->failed_compaction->not_again_before))
      continue;
    Result<std::optional<Cleanable>> cleanable = co_await find_cleanable(id);
    if (cleanable && *cleanable) {
      dirty.push_back(std::move(**cleanable));  // the pass will tell
    } else {
      note_outcome(id, cleanable ? Result<void>() : fail(cleanable.error()));
    }
    co_await runtime::next_turn(*with_.shard);
  }
  std::ranges::sort(dirty, [](const Cleanable& a, const Cleanable& b) {
    return std::tuple(a.overdue, a.dirty_ratio) > std::tuple(b.overdue, b.dirty_ratio);
  });
  co_return dirty;
}

/// A partition that cannot be compacted grows without end: whoever operates the broker must hear of it.
void Cleaner::note_outcome(const PartitionId& id, const Result<void>& outcome) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr || stopping_) return;
  log->failed_compaction.reset();
  if (outcome) return;
  ++logs_.statistics().failed_compactions;
  log->failed_compaction = {outcome.error(), with_.shard->now() + 4 * Milliseconds(options_.cleaner_backoff_ms)};
  with_.logger->warn("compaction failed and will be tried again",
                     {{"partition", id.folder()}, {"reason", outcome.error().message}});
}

Task<void> Cleaner::run() {
  while (!stopping_) {
    MonotonicTime next = with_.shard->now() + Milliseconds(options_.cleaner_backoff_ms);
    bool woken = co_await stop_signal_.wait_until(next);
    std::ignore = woken;
    std::vector<Cleanable> dirty = co_await find_dirty();
    for (Cleanable& cleanable : dirty) {
      if (stopping_) co_return;
      PartitionId id = cleanable.partition;
      Result<void> cleaned = co_await run_pass(std::move(cleanable));
      note_outcome(id, cleaned);
    }
  }
}

void Cleaner::stop() {
  stopping_ = true;
  stop_signal_.notify();
}

}  // namespace wharf::log
