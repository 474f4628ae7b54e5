#include "log/trimmer.hpp"

#include <fmt/format.h>

#include "log/retention.hpp"
#include "model/time_span.hpp"

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

void notice(Segment& segment, Timestamp now) {
  if (!segment.noticed) segment.noticed = Segment::Noticed{now, now, segment.size()};
  if (segment.noticed->size == segment.size()) return;
  segment.noticed->size = segment.size();
  segment.noticed->grown = now;
}

/// So that it can expire though nothing comes to it.
void roll_if_old(PartitionLog& log, Timestamp now) {
  Segment* last = log.stored().last();
  if (last == nullptr) return;
  Result<std::optional<Timestamp>> first = last->first_timestamp();
  if (!first) return;
  if (*first && !tells_age(**first, now)) notice(*last, now);
  std::optional<Timestamp> noticed = last->noticed ? std::optional(last->noticed->first) : std::nullopt;
  if (should_roll_idle(*first, noticed, log.config(), now)) std::ignore = log.stored().roll();
}

RetainedSegment facts_of(Segment& segment, Offset end, Timestamp now) {
  RetainedSegment facts{end, segment.size(), std::nullopt, std::nullopt};
  if (!segment.known_max_timestamp()) return facts;
  facts.max_timestamp = segment.known_max_timestamp()->timestamp;
  if (!tells_age(*facts.max_timestamp, now)) {
    notice(segment, now);
    facts.noticed = segment.noticed->grown;
  }
  return facts;
}

/// A growing segment that tells no age expires only when it was closed: the round that closes it must not wait until
/// then.
std::optional<Timestamp> next_check(const Trim& trim, const Segment* growing, const LogConfig& config) {
  if (config.cleanup_compact) return std::nullopt;
  bool closes_by_notice = trim.next_check && growing != nullptr && growing->noticed;
  if (!closes_by_notice) return trim.next_check;
  return std::min(*trim.next_check, later_by(growing->noticed->first, config.segment_ms));
}

}  // namespace

Task<Result<void>> Trimmer::apply_retention(PartitionId id) {
  while (true) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return Result<void>();
    Timestamp now = with_.shard->clock().wall_now();
    const LogConfig& config = log->config();
    if (Result<void> read = log->stored().load(); !read) co_return fail(read.error());
    roll_if_old(*log, now);
    Result<std::span<const std::unique_ptr<Segment>>> segments = log->stored().segments();
    if (!segments) co_return fail(segments.error());
    std::vector<RetainedSegment> retained;
    for (std::size_t i = 0; i < segments->size(); ++i)
      retained.push_back(facts_of(*(*segments)[i], log->stored().end_of(i), now));
    Trim trim =
        decide_trim(retained, log->log_start_offset(), log->high_watermark(), log->stored().size_bytes(), config, now);
    log->next_retention_check = next_check(trim, log->stored().last(), config);
    if (trim.wants_last_rolled) std::ignore = log->stored().roll();
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
  if (log == nullptr) return logs_.no_log(id);
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
