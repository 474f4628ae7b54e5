// The store's slow work: retention, idle segments, producers that are gone, files whose time has come.
#include <algorithm>

#include <fmt/format.h>

#include "log/log_store.hpp"
#include "log/retention.hpp"
#include "log/segment_files.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

using runtime::Task;

namespace {

/// Work pool. A segment's files are renamed first, so that what removes them later cannot mistake them.
Result<void> carry_out(runtime::FileSystem& files, const std::filesystem::path& folder, std::optional<Offset> segment, bool rename, bool remove) {
  if (segment) {
    if (rename) {
      if (Result<void> renamed = rename_segment_files(files, folder, *segment, "", kDeletedSuffix); !renamed) return renamed;
    }
    return remove ? remove_segment_files(files, folder, *segment, kDeletedSuffix) : Result<void>();
  }
  std::filesystem::path condemned = folder;
  condemned += kDeletedSuffix;
  Result<void> renamed = files.rename(folder, condemned);
  if (!renamed && renamed.error().code != ErrorCode::kNotFound) return storage_failure(renamed.error());
  if (Result<void> removed = files.remove_folder(condemned); !removed) return storage_failure(removed.error());
  return {};
}

/// Blocks of the hot tail that nobody will read: a queue's messages that were settled in time. Not the newest, which takes
/// more.
void drop_trimmed(PartitionLog& log) {
  HotTail* tail = log.tail();
  auto is_trimmed = [&] {
    return tail != nullptr && !tail->empty() && tail->oldest_block_next() <= log.log_start_offset() &&
           tail->oldest_block_next() < tail->next();
  };
  if (!is_trimmed()) return;
  if (!log.write_behind(0)) return;  // only passes over what was trimmed
  while (is_trimmed() && tail->oldest_block_next() <= log.stored_end()) tail->drop_oldest_block();
}

}  // namespace

Task<void> LogStore::carry_out_deletions(bool all) {
  MonotonicTime now = with_.shard->now();
  std::deque<Deletion> left;
  std::deque<Deletion> due = std::exchange(deletions_, {});
  for (Deletion& deletion : due) {
    bool remove = all || deletion.due <= now;
    if (!remove && deletion.renamed) {
      left.push_back(std::move(deletion));
      continue;
    }
    auto work = [files = with_.files, folder = deletion.folder, segment = deletion.segment, rename = !deletion.renamed, remove] {
      return carry_out(*files, folder, segment, rename, remove);
    };
    Result<void> done = co_await runtime::run_blocking(*with_.shard, std::move(work));
    if (done && remove) continue;
    deletion.renamed = deletion.renamed || done.has_value();
    left.push_back(std::move(deletion));
  }
  deletions_.insert(deletions_.begin(), left.begin(), left.end());
}

Task<Result<MaxTimestamp>> LogStore::fetch_max_timestamp(PartitionId id, Offset segment_base) {
  PartitionLog* log = find(id);
  if (log == nullptr) co_return MaxTimestamp{};
  Result<SegmentList::Holding> holding = log->stored().holding(segment_base);
  if (!holding) co_return fail(holding.error());
  if (holding->segment == nullptr || holding->segment->empty()) co_return MaxTimestamp{};
  if (std::optional<MaxTimestamp> known = holding->segment->known_max_timestamp()) co_return *known;
  Result<SegmentView> view = log->stored().view(*holding->segment, holding->end);
  if (!view) co_return fail(view.error());
  auto look = [view = std::move(*view)] { return find_max_timestamp(view); };
  Result<MaxTimestamp> max = co_await runtime::run_blocking(*with_.shard, std::move(look));
  if (!max) co_return max;
  log = find(id);
  if (log == nullptr) co_return max;
  holding = log->stored().holding(segment_base);
  if (holding && holding->segment != nullptr && holding->segment->base() == segment_base) holding->segment->restore_max_timestamp(*max);
  co_return max;
}

Task<Result<void>> LogStore::apply_retention(PartitionId id) {
  while (true) {
    PartitionLog* log = find(id);
    if (log == nullptr) co_return Result<void>();
    Timestamp now = with_.shard->clock().wall_now();
    const LogConfig& config = log->config();
    Result<std::span<const std::unique_ptr<Segment>>> segments = log->stored().segments();
    if (!segments) co_return fail(segments.error());
    if (!segments->empty()) {
      Result<std::optional<Timestamp>> first = segments->back()->first_timestamp();
      if (first && should_roll_idle(*first, config, now)) std::ignore = log->stored().roll();
      segments = log->stored().segments();
    }
    std::vector<RetainedSegment> retained;
    for (std::size_t i = 0; i < segments->size(); ++i) {
      Segment& segment = *(*segments)[i];
      std::optional<Timestamp> max;
      if (segment.known_max_timestamp()) max = segment.known_max_timestamp()->timestamp;
      if (max && (*max > now || max->ms < 0) && !segment.noticed) segment.noticed = now;
      retained.push_back({log->stored().end_of(i), segment.size(), max, segment.noticed});
    }
    Trim trim = decide_trim(retained, log->log_start_offset(), log->high_watermark(), log->stored().size_bytes(), config, now);
    if (trim.wants_last_rolled) std::ignore = log->stored().roll();
    log->next_retention_check = trim.next_check;
    if (log->raise_log_start(trim.log_start)) {
      list_dirty(*log);
      with_.logger->info("trimmed a log", {{"partition", id.folder()}, {"log_start", trim.log_start.value}});
    }
    if (!trim.wants_timestamp_of) co_return Result<void>();
    Offset base = (*segments)[*trim.wants_timestamp_of]->base();
    Result<MaxTimestamp> max = co_await fetch_max_timestamp(id, base);
    if (!max) co_return fail(max.error());
  }
}

/// A partition to which nothing came since the last look keeps no segments in memory.
void LogStore::rest_if_idle(PartitionLog& log) {
  bool idle = std::exchange(log.batches_at_last_look, log.statistics().batches_in) == log.statistics().batches_in;
  if (!idle || log.listed().dirty || !log.stored().loaded()) return;
  if (log.stored().write_indexes(true)) log.stored().unload();
}

Task<void> LogStore::housekeeping_loop() {
  auto interval = Milliseconds(options_.retention_check_interval_ms);
  MonotonicTime next_check = with_.shard->now() + interval;
  while (!stopping_) {
    MonotonicTime next = next_check;
    for (const Deletion& deletion : deletions_) next = std::min(next, std::max(deletion.due, with_.shard->now() + Milliseconds(100)));
    bool asked = co_await housekeeping_signal_.wait_until(next);
    std::ignore = asked;
    co_await carry_out_deletions(false);
    if (with_.shard->now() < next_check) continue;
    next_check = with_.shard->now() + interval;
    std::vector<PartitionId> all;
    for (const auto& [id, log] : partitions_) {
      if (!orphans_.contains(id)) all.push_back(id);
    }
    for (const PartitionId& id : all) {
      co_await next_turn();
      PartitionLog* log = find(id);
      if (log == nullptr || stopping_) continue;
      rest_if_idle(*log);
      Timestamp now = with_.shard->clock().wall_now();
      if (!log->producer_states().empty()) log->producer_states().expire(Timestamp{now.ms - options_.producer_id_expiration_ms});
      bool by_size = log->config().retention_bytes != kUnlimited && std::cmp_greater(log->size_bytes(), log->config().retention_bytes);
      if (!by_size && log->next_retention_check && now < *log->next_retention_check) continue;
      Result<void> applied = co_await apply_retention(id);
      if (!applied) with_.logger->warn("retention failed", {{"partition", id.folder()}, {"reason", applied.error().message}});
    }
  }
}

/// Whether giving up some of the reserve made room for `bytes`, and for what goes with them: indexes, entries of
/// checkpoints, the file system's own notes.
Task<bool> LogStore::make_room(std::uint64_t bytes, ReserveUse use) {
  constexpr std::uint64_t kBesides = 128u << 10;
  std::uint64_t wanted = bytes + bytes / 16 + kBesides;
  auto work = [folder = with_.folder, wanted, use] { return folder->space().give_up_reserve(wanted, use); };
  bool made = co_await runtime::run_blocking(*with_.shard, std::move(work));
  co_return made;
}

bool LogStore::takes_records(const PartitionId& id, bool from_client) const {
  const SpaceGuard& space = with_.folder->space();
  bool refused = from_client ? space.full() : space.starved();
  return !refused || precedes(id);
}

void LogStore::tell_waiting() {
  with_.folder->space().set_waiting(with_.shard->index(), context_.unstored_bytes);
}

/// One shard looks at the disk for all.
Task<void> LogStore::space_loop() {
  constexpr Milliseconds kInterval{1'000};
  while (!stopping_ && with_.shard->index().value == 0) {
    // The first look may write the whole reserve: what a start has to sync must not wait behind that.
    [[maybe_unused]] bool stopped = co_await space_signal_.wait_until(with_.shard->now() + kInterval);
    if (stopping_) break;
    co_await runtime::run_blocking(*with_.shard, [folder = with_.folder] { folder->space().look(); });
  }
}

Result<Offset> LogStore::delete_records(PartitionId id, Offset before) {
  PartitionLog* log = find(id);
  if (log == nullptr) return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  if (log->config().cleanup_compact && !log->config().cleanup_delete) {
    return fail(ErrorCode::kPolicyViolation, "records of a topic that is only compacted cannot be deleted");
  }
  if (before == Offset{-1}) before = log->high_watermark();
  if (before < Offset{0} || before > log->high_watermark()) {
    return fail(ErrorCode::kOffsetOutOfRange, fmt::format("offset {} is not within 0 to {}", before.value, log->high_watermark().value));
  }
  if (log->raise_log_start(before)) {
    list_dirty(*log);
    checkpoint_signal_.notify();  // the new start should survive a crash
  }
  return log->log_start_offset();
}

void LogStore::trim(PartitionId id, Offset before) {
  PartitionLog* log = find(id);
  if (log == nullptr || !log->raise_log_start(before)) return;
  list_dirty(*log);
  drop_trimmed(*log);
}

}  // namespace wharf::log
