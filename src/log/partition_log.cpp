#include "log/partition_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "log/batch_run.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

PartitionLog::PartitionLog(StoreContext& context, PartitionId id, std::shared_ptr<const LogConfig> config)
    : context_(context), id_(id), config_(std::move(config)), flush_(config_->flush), stored_(context, id) {}

PartitionLog::PartitionLog(StoreContext& context, PartitionState state, std::shared_ptr<const LogConfig> config)
    : context_(context),
      id_(state.id),
      config_(std::move(config)),
      flush_(config_->flush),
      log_start_(state.log_start),
      log_end_(state.stored_end),
      high_watermark_(state.stored_end),
      stored_(context, state),
      epochs_(std::move(state.epochs)),
      producers_(std::move(state.producers)) {}

Result<std::optional<Appended>> PartitionLog::check_sequences(std::span<const BatchHeader> headers) const {
  if (headers.size() == 1) {
    Result<std::optional<ProducerStates::StoredBatch>> stored = producers_.check(headers.front());
    if (!stored) return fail(stored.error());
    if (*stored) return Appended{(*stored)->first, (*stored)->next, kNoTimestamp, true};
    return std::nullopt;
  }
  // Batches of one request may follow each other; no client of today's sends more than one.
  ProducerStates ahead = producers_;
  Offset offset = log_end_;
  for (BatchHeader header : headers) {
    Result<std::optional<ProducerStates::StoredBatch>> stored = ahead.check(header);
    if (!stored) return fail(stored.error());
    if (*stored) return fail(ErrorCode::kOutOfOrderSequence, "a batch is here already, but not those around it");
    header.base_offset = offset;
    offset = header.next_offset();
    ahead.take(header, kNoTimestamp);
  }
  return std::nullopt;
}

std::optional<Appended> PartitionLog::kept_as(const MessageNumber& number) const {
  std::optional<ProducerStates::StoredBatch> kept = producers_.kept_as(number);
  return kept ? std::optional(Appended{kept->first, kept->next, kNoTimestamp, true}) : std::nullopt;
}

void PartitionLog::begin_leading(LeaderEpoch epoch) {
  if (epochs_.latest() <= epoch) return;
  context_.logger.error("stored records have a leader epoch that never was",
                        {{"partition", id_.folder()}, {"epoch", epochs_.latest().value}, {"latest", epoch.value}});
  epochs_.retract_above(epoch);
}

/// A write-ahead log that holds the records before, or a segment that does, are both fine for a start
/// (log/recovery_cases.hpp).
Result<void> PartitionLog::follow_flush_setting() {
  if (flush_ == config_->flush) return {};
  if (config_->flush == Flush::kAsync) {
    high_watermark_ = log_end_;
    Result<bool> written = write_behind(std::numeric_limits<std::size_t>::max());
    if (!written) return fail(written.error());
  }
  flush_ = config_->flush;
  return {};
}

Result<Appended> PartitionLog::stamp(OwnedBatches& batches, const AppendContext& context,
                                     std::vector<BatchHeader>& headers) {
  bool append_time = config_->timestamp_type == TimestampType::kLogAppendTime;
  if (append_time) batches.unshare();
  batches.separate_header();
  if (Result<void> valid = check_batches(batches, *config_, context, headers); !valid) return fail(valid.error());
  if (context.leader_epoch < epochs_.latest()) {
    return fail(ErrorCode::kFencedEpoch,
                fmt::format("leader epoch {} is over, {} began", context.leader_epoch.value, epochs_.latest().value));
  }
  if (context.from_client) {
    Result<std::optional<Appended>> duplicate = check_sequences(headers);
    if (!duplicate) return fail(duplicate.error());
    if (*duplicate) return **duplicate;
  }

  if (Result<void> followed = follow_flush_setting(); !followed) return fail(followed.error());

  Appended appended{log_end_, log_end_, append_time ? context.now : kNoTimestamp, false};
  MutableBytes rest = batches.stamped_part();
  for (BatchHeader& header : headers) {
    MutableBytes bytes = rest.first(std::min(header.size_bytes, rest.size()));
    rest = rest.subspan(bytes.size());
    header.base_offset = appended.next;
    header.leader_epoch = context.leader_epoch;
    stamp_base_offset(bytes, header.base_offset);
    stamp_leader_epoch(bytes, context.leader_epoch);
    if (append_time) {
      set_log_append_time(bytes, context.now);
      header.max_timestamp = context.now;
    }
    appended.next = header.next_offset();
  }

  return appended;
}

Result<void> PartitionLog::commit(const OwnedBatches& batches, const AppendContext& context,
                                  std::span<const BatchHeader> headers) {
  Offset first = headers.front().base_offset;
  Offset next = headers.back().next_offset();
  if (flush_ == Flush::kAsync) {
    Result<void> stored = store(batches, headers);
    refusing_ = stored ? std::nullopt : std::optional(stored.error());
    if (!stored) return stored;
  } else {
    count_unstored(std::ssize(batches.bytes));
  }
  keep_in_tail(batches, first, next);
  epochs_.begin(context.leader_epoch, first);
  for (const BatchHeader& header : headers) {
    producers_.take(header, context.now);
    statistics_.records_in += static_cast<std::uint64_t>(header.record_count);
  }
  statistics_.batches_in += headers.size();
  statistics_.bytes_in += batches.bytes.size();
  log_end_ = next;
  if (flush_ == Flush::kAsync) high_watermark_ = log_end_;
  return {};
}

void PartitionLog::count_unstored(std::int64_t bytes) {
  unstored_bytes_ += static_cast<std::uint64_t>(bytes);
  context_.unstored_bytes += static_cast<std::uint64_t>(bytes);
}

Result<void> PartitionLog::store(const OwnedBatches& of, std::span<const BatchHeader> headers) {
  std::array<AppendedBatch, 8> few;
  std::vector<AppendedBatch> many;
  std::span<AppendedBatch> batches(few.data(), std::min(headers.size(), few.size()));
  if (headers.size() > few.size()) {
    many.resize(headers.size());
    batches = many;
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    batches[i] = {static_cast<std::uint32_t>(headers[i].size_bytes), headers[i].last_offset(),
                  headers[i].max_timestamp};
  }
  ByteView own_header = of.header_apart();
  std::array<ByteView, 2> parts{own_header, ByteView(of.bytes).subspan(own_header.size())};
  return stored_.append(std::span(parts).subspan(own_header.empty() ? 1 : 0), batches, headers.front().base_offset,
                        *config_);
}

void PartitionLog::keep_in_tail(const OwnedBatches& batches, Offset first, Offset next) {
  if (!tail_) tail_ = std::make_unique<HotTail>(context_.hot, id_);
  if (!tail_->empty() && tail_->next() != first) tail_->clear();  // behind a gap; everything before it is stored
  tail_->append(batches, first, next);
}

Result<void> PartitionLog::replay(const OwnedBatches& batches, LeaderEpoch epoch, Timestamp now) {
  std::vector<BatchHeader> headers;
  AppendContext context{epoch, now, false, true};
  if (Result<void> valid = check_batches(batches, *config_, context, headers); !valid) return valid;
  std::size_t skipped = 0;
  while (!headers.empty() && headers.front().next_offset() <= log_end_) {
    skipped += headers.front().size_bytes;
    headers.erase(headers.begin());
  }
  if (headers.empty()) return {};
  Offset first = headers.front().base_offset;
  if (first < log_end_)
    return fail(ErrorCode::kDamaged,
                fmt::format("the write-ahead log and the segments disagree at offset {}", first.value));
  if (first > log_end_) {
    // Records between were never promised to be on disk (an async topic then), and are lost.
    if (Result<void> passed = pass_over_lost(first); !passed) return passed;
  }
  MutableBytes bytes = batches.bytes.subspan(skipped);
  OwnedBatches kept = batches;
  kept.bytes = bytes;
  keep_in_tail(kept, first, headers.back().next_offset());
  count_unstored(std::ssize(bytes));
  epochs_.begin(epoch, first);
  for (const BatchHeader& header : headers) producers_.take(header, now);
  log_end_ = high_watermark_ = headers.back().next_offset();
  return {};
}

Result<void> PartitionLog::pass_over_lost(Offset next) {
  note_lost({log_end_, next});
  if (Result<bool> written = write_behind(std::numeric_limits<std::size_t>::max()); !written)
    return fail(written.error());
  if (Result<void> skipped = stored_.skip_to(next); !skipped) return skipped;
  if (tail_) tail_->clear();
  log_end_ = high_watermark_ = next;
  return {};
}

bool PartitionLog::raise_high_watermark(Offset offset) {
  WHARF_ASSERT(offset <= log_end_);
  if (offset <= high_watermark_) return false;
  high_watermark_ = offset;
  return true;
}

/// What goes to a segment next, in one write: about `max_bytes` of whole batches, no more than fits into the segment.
PartitionLog::Unstored PartitionLog::gather_unstored(std::size_t max_bytes) {
  WHARF_ASSERT(tail_ && !tail_->empty() && tail_->first() <= stored_.end());
  Segment* last = stored_.loaded() ? stored_.last() : nullptr;
  std::int64_t room = config_->segment_bytes - (last != nullptr ? std::int64_t{last->size()} : 0);
  Unstored unstored;
  for (Offset from = stored_.end(); from < high_watermark_ && unstored.bytes < max_bytes;) {
    HotTail::Run run = tail_->run_from(from, high_watermark_);
    std::size_t length = 0;
    while (length < run.bytes.size() && unstored.bytes + length < max_bytes) {
      ByteView batch = run.bytes.subspan(length);
      std::size_t bytes = batch_bytes(batch);
      if (!unstored.batches.empty() && std::cmp_greater(unstored.bytes + length + bytes, room)) break;
      unstored.batches.push_back(
          {static_cast<std::uint32_t>(bytes), batch_last_offset(batch), batch_max_timestamp(batch)});
      length += bytes;
    }
    if (length > 0) unstored.parts.push_back(run.bytes.first(std::min(length, run.bytes.size())));
    if (length > 0 && !run.records.empty()) unstored.parts.push_back(run.records);
    unstored.bytes += length;
    if (length < run.bytes.size()) break;
    from = unstored.batches.back().last.plus(1);
  }
  return unstored;
}

/// What was trimmed before its turn is not worth a write: a queue's messages that were settled in time.
Result<void> PartitionLog::pass_over_trimmed() {
  if (log_start_ <= stored_.end() || !tail_ || tail_->empty()) return {};
  std::size_t bytes = 0;
  Offset next = stored_.end();
  while (next < log_start_) {
    ByteView run = tail_->run_from(next, high_watermark_).bytes;
    if (run.empty() || batch_last_offset(run) >= log_start_) break;
    bytes += batch_bytes(run);
    next = batch_last_offset(run).plus(1);
  }
  if (next == stored_.end()) return {};
  Result<void> passed = stored_.skip_to(next);
  if (passed) count_unstored(-static_cast<std::int64_t>(bytes));
  return passed;
}

Result<bool> PartitionLog::may_be_carried() {
  if (flush_ != Flush::kSync || config_->carried_bytes == 0 || stored_.has_segments()) return false;
  if (Result<void> passed = pass_over_trimmed(); !passed) return fail(passed.error());
  return std::cmp_less_equal(unstored_bytes_, std::min(config_->carried_bytes, config_->segment_bytes));
}

Result<bool> PartitionLog::write_behind(std::size_t max_bytes) {
  if (Result<void> passed = pass_over_trimmed(); !passed) return fail(passed.error());
  std::size_t written = 0;
  while (stored_.end() < high_watermark_ && written < max_bytes) {
    Unstored unstored = gather_unstored(max_bytes - written);
    Result<void> stored = stored_.append(unstored.parts, unstored.batches, stored_.end(), *config_);
    refusing_ = stored ? std::nullopt : std::optional(stored.error());
    if (!stored) return fail(stored.error());
    written += unstored.bytes;
    count_unstored(-static_cast<std::int64_t>(unstored.bytes));
  }
  return stored_.end() < high_watermark_;
}

bool PartitionLog::raise_log_start(Offset offset) {
  offset = std::min(offset, high_watermark_);
  if (offset <= log_start_) return false;
  log_start_ = offset;
  epochs_.raise_start(log_start_);
  return true;
}

PartitionState PartitionLog::state() const {
  PartitionState state;
  state.id = id_;
  state.log_start = std::min(log_start_, stored_.end());
  stored_.save(state);
  state.epochs = epochs_;
  state.epochs.forget_from(state.stored_end);
  state.producers = producers_;
  state.producers.forget_from(state.stored_end);
  return state;
}

PartitionState PartitionLog::state_with_carried() {
  PartitionState with = state();
  if (stored_.end() == high_watermark_) return with;
  Unstored unstored = gather_unstored(std::numeric_limits<std::size_t>::max());
  WHARF_ASSERT(unstored.batches.back().last.plus(1) == high_watermark_);  // it fits into a segment
  for (ByteView part : unstored.parts) with.carried.insert(with.carried.end(), part.begin(), part.end());
  return with;
}

}  // namespace wharf::log
