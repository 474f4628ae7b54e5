#include "log/trimmer.hpp"

#include <fmt/format.h>

#include "log/retention.hpp"

namespace wharf::log {

using runtime::Task;

namespace {

/// Blocks of the hot tail that nobody will read: a queue's messages that were settled in time. Not the newest, which
/// takes more.
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

/// A partition to which nothing came since the last look keeps no segments in memory.
void rest_if_idle(PartitionLog& log) {
  bool idle = std::exchange(log.batches_at_last_look, log.statistics().batches_in) == log.statistics().batches_in;
  if (!idle || log.listed().dirty || !log.stored().loaded()) return;
  if (log.stored().write_indexes(true)) log.stored().unload();
}

}  // namespace

Task<Result<void>> Trimmer::apply_retention(PartitionId id) {
  while (true) {
    PartitionLog* log = logs_.find(id);
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
    Trim trim =
        decide_trim(retained, log->log_start_offset(), log->high_watermark(), log->stored().size_bytes(), config, now);
    if (trim.wants_last_rolled) std::ignore = log->stored().roll();
    log->next_retention_check = trim.next_check;
    if (log->raise_log_start(trim.log_start)) {
      checkpointer_.note_dirty(*log);
      with_.logger->info("trimmed a log", {{"partition", id.folder()}, {"log_start", trim.log_start.value}});
    }
    if (!trim.wants_timestamp_of) co_return Result<void>();
    Offset base = (*segments)[*trim.wants_timestamp_of]->base();
    Result<MaxTimestamp> max = co_await reads_.segment_max_timestamp(id, base);
    if (!max) co_return fail(max.error());
  }
}

Task<void> Trimmer::run() {
  auto interval = Milliseconds(options_.retention_check_interval_ms);
  MonotonicTime next = with_.shard->now() + interval;
  while (!stopping_) {
    [[maybe_unused]] bool asked = co_await stop_signal_.wait_until(next);
    if (stopping_) co_return;
    next = with_.shard->now() + interval;
    co_await look_at_all();
  }
}

Task<void> Trimmer::look_at_all() {
  std::vector<PartitionId> all = logs_.claimed([](const LogConfig&) { return true; });
  for (const PartitionId& id : all) {
    co_await runtime::next_turn(*with_.shard);
    PartitionLog* log = logs_.find(id);
    if (log == nullptr || stopping_) continue;
    rest_if_idle(*log);
    Timestamp now = with_.shard->clock().wall_now();
    if (!log->producer_states().empty())
      log->producer_states().expire(Timestamp{now.ms - options_.producer_id_expiration_ms});
    bool by_size = log->config().retention_bytes != kUnlimited &&
                   std::cmp_greater(log->size_bytes(), log->config().retention_bytes);
    if (!by_size && log->next_retention_check && now < *log->next_retention_check) continue;
    Result<void> applied = co_await apply_retention(id);
    if (!applied)
      with_.logger->warn("retention failed", {{"partition", id.folder()}, {"reason", applied.error().message}});
  }
}

void Trimmer::stop() {
  stopping_ = true;
  stop_signal_.notify();
}

Result<Offset> Trimmer::delete_records(PartitionId id, Offset before) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr) return has_no_log(id);
  if (log->config().cleanup_compact && !log->config().cleanup_delete) {
    return fail(ErrorCode::kPolicyViolation, "records of a topic that is only compacted cannot be deleted");
  }
  if (before == Offset{-1}) before = log->high_watermark();
  if (before < Offset{0} || before > log->high_watermark()) {
    return fail(ErrorCode::kOffsetOutOfRange,
                fmt::format("offset {} is not within 0 to {}", before.value, log->high_watermark().value));
  }
  if (log->raise_log_start(before)) {
    checkpointer_.note_dirty(*log);
    checkpointer_.ask();  // the new start should survive a crash
  }
  return log->log_start_offset();
}

void Trimmer::trim(PartitionId id, Offset before) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr || !log->raise_log_start(before)) return;
  checkpointer_.note_dirty(*log);
  drop_trimmed(*log);
}

}  // namespace wharf::log
