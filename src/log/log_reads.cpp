#include "log/log_reads.hpp"

#include <algorithm>

#include "log/batch_run.hpp"
#include "log/segment_search.hpp"
#include "log/segment_verify.hpp"
#include "log/storage_error.hpp"
#include "model/record.hpp"

namespace wharf::log {

using runtime::Task;

void LogReads::merge(PartitionLog& log, Offset segment_base, const VerifiedRange& range) {
  Result<SegmentList::Holding> holding = log.stored().holding(segment_base);
  if (!holding || holding->segment == nullptr || holding->segment->base() != segment_base) return;
  Segment& segment = *holding->segment;
  for (const Interval& sound : range.sound) segment.verified().add(sound);
  if (!range.sound.empty() && &segment != log.stored().last())
    segment.note_cold_read({range.sound.front().begin, range.sound.back().end});
  for (const DamagedSpan& span : range.damaged) log.note_damage(segment, span);
  if (range.indexes) {
    segment.replace_indexes(*range.indexes, range.indexed_bytes);
    logs_.context().logger.warn(
        "made a segment's indexes anew",
        {{"partition", log.id().folder()}, {"segment", segment_file_name(segment_base, kLogSuffix)}});
  }
}

Task<Result<void>> LogReads::warm(PartitionId id, Offset from, std::size_t max_bytes) {
  constexpr std::size_t kReadAhead = 2u << 20;  // the next reads of the same reader find their range done
  while (true) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return logs_.no_log(id);
    Result<SegmentList::Holding> holding = log->stored().holding(from);
    if (!holding) co_return fail(holding.error());
    if (holding->segment == nullptr) co_return Result<void>();  // the read says what is missing
    Offset base = holding->segment->base();
    Offset end = holding->end;
    std::uint64_t replacements = log->stored().replacements();
    Result<SegmentView> view = log->stored().view(*holding->segment, end);
    if (!view) co_return fail(view.error());
    ++logs_.statistics().cold_reads;
    auto interval = static_cast<std::uint32_t>(log->config().index_interval_bytes);
    auto look = [view = std::move(*view), epochs = log->epochs(), from, bytes = max_bytes + kReadAhead, interval] {
      return verify_stored(view, epochs, from, bytes, interval);
    };
    Result<VerifiedRange> range = co_await runtime::run_blocking(shard_, std::move(look));
    if (!range) co_return fail(range.error());
    log = logs_.find(id);
    if (log == nullptr || log->stored().replacements() != replacements) co_return Result<void>();
    merge(*log, base, *range);
    if (range->found || end >= log->stored_end()) co_return Result<void>();
    from = end;  // compacted away to the end of the segment
  }
}

namespace {

/// Gathers pieces into one range. Work pool when a piece is a file's.
Result<SharedBytes> gather_pieces(std::vector<runtime::OutPiece> pieces, std::size_t bytes) {
  auto storage = std::make_shared_for_overwrite<std::byte[]>(bytes);
  std::size_t at = 0;
  for (const runtime::OutPiece& piece : pieces) {
    if (const SharedBytes* memory = std::get_if<SharedBytes>(&piece)) {
      std::ranges::copy(memory->view(), storage.get() + at);
      at += memory->size();
      continue;
    }
    const auto& range = std::get<runtime::FileRange>(piece);
    Result<std::size_t> got = range.file->read_at(range.position, {storage.get() + at, range.length});
    if (!got) return storage_failure(got.error());
    if (*got < range.length) return fail(ErrorCode::kDamaged, "a segment is shorter than it was");
    at += range.length;
  }
  ByteView view(storage.get(), bytes);
  return SharedBytes(std::move(storage), view);
}

/// Records that are not in a segment yet, batch after batch from that which holds the first of them, until `visit` says
/// enough. In memory, so without waiting.
template <class Visit>
void visit_tail(PartitionLog& log, Visit&& visit) {
  Offset from = std::max(log.stored_end(), log.log_start_offset());
  while (from < log.high_watermark() && log.tail() != nullptr && !log.tail()->empty()) {
    HotTail::Run stored = log.tail()->run_from(from, log.high_watermark());
    std::vector<std::byte> joined;  // of a batch whose header lies apart
    if (!stored.records.empty()) {
      joined.assign(stored.bytes.begin(), stored.bytes.end());
      joined.insert(joined.end(), stored.records.begin(), stored.records.end());
      stored.bytes = joined;
    }
    for (ByteView run = stored.bytes; !run.empty(); run = run.subspan(batch_bytes(run))) {
      from = batch_next_offset(run);
      if (!visit(run)) return;
    }
  }
}

std::optional<TimestampedOffset> find_in_tail(PartitionLog& log, Timestamp time, Marks marks) {
  std::optional<TimestampedOffset> first;
  visit_tail(log, [&](ByteView run) {
    if (batch_max_timestamp(run) < time) return true;
    Result<BatchView> batch = read_batch(run);
    if (!batch) return true;
    Result<std::optional<TimestampedOffset>> found = find_by_time(*batch, time, log.log_start_offset(), marks);
    if (found && *found) first = *found;
    return !first;
  });
  return first;
}

/// `from_start`: of a batch that begins below the log start its records tell.
Timestamp largest_in_tail(PartitionLog& log, bool from_start) {
  Timestamp largest = kNoTimestamp;
  visit_tail(log, [&](ByteView run) {
    Result<BatchView> batch = read_batch(run);
    bool is_cut = from_start && batch && batch->header.base_offset < log.log_start_offset();
    Timestamp of_batch = is_cut ? max_timestamp(*batch, log.log_start_offset()) : batch_max_timestamp(run);
    largest = std::max(largest, of_batch);
    return true;
  });
  return largest;
}

}  // namespace

Task<Result<SharedBytes>> LogReads::read_bytes(PartitionId id, Offset from, std::size_t max_bytes, Offset below) {
  constexpr int kMostTries = 4;
  for (int i = 0; i < kMostTries; ++i) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return logs_.no_log(id);
    Result<ReadResult> read = log->read(from, max_bytes, below, true);
    if (read && read->pieces.size() == 1 && std::holds_alternative<SharedBytes>(read->pieces.front())) {
      co_return std::get<SharedBytes>(read->pieces.front());
    }
    if (read) {
      auto copy = [pieces = std::move(read->pieces), bytes = read->bytes]() mutable {
        return gather_pieces(std::move(pieces), bytes);
      };
      Result<SharedBytes> bytes = co_await runtime::run_blocking(shard_, std::move(copy));
      co_return bytes;
    }
    if (read.error().code != ErrorCode::kBusy) co_return fail(read.error());
    Result<void> warmed = co_await warm(id, from, max_bytes);
    if (!warmed) co_return fail(warmed.error());
  }
  co_return fail(ErrorCode::kBusy, "the disk does not keep up");
}

Task<Result<std::optional<TimestampedOffset>>> LogReads::first_at_or_after(PartitionId id, Timestamp time,
                                                                           Marks marks) {
  Offset cursor{-1};
  while (true) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return logs_.no_log(id);
    cursor = std::max(cursor, log->log_start_offset());
    if (cursor >= log->stored_end()) co_return find_in_tail(*log, time, marks);
    Result<SegmentList::Holding> holding = log->stored().holding(cursor);
    if (!holding) co_return fail(holding.error());
    cursor = holding->end;
    if (holding->segment == nullptr || holding->segment->empty()) continue;
    std::optional<MaxTimestamp> known = holding->segment->known_max_timestamp();
    if (known && known->timestamp < time) continue;
    Result<SegmentView> view = log->stored().view(*holding->segment, holding->end);
    if (!view) co_return fail(view.error());
    auto look = [view = std::move(*view), time, from = log->log_start_offset(), below = log->high_watermark(), marks] {
      return find_by_time(view, time, from, below, marks);
    };
    Result<std::optional<TimestampedOffset>> found = co_await runtime::run_blocking(shard_, std::move(look));
    if (!found || *found) co_return found;
  }
}

Task<Result<MaxTimestamp>> LogReads::segment_max_timestamp(PartitionId id, Offset segment_base) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr) co_return MaxTimestamp{};
  Result<SegmentList::Holding> holding = log->stored().holding(segment_base);
  if (!holding) co_return fail(holding.error());
  if (holding->segment == nullptr || holding->segment->empty()) co_return MaxTimestamp{};
  if (std::optional<MaxTimestamp> known = holding->segment->known_max_timestamp()) co_return *known;
  std::uint64_t replacements = log->stored().replacements();
  Result<SegmentView> view = log->stored().view(*holding->segment, holding->end);
  if (!view) co_return fail(view.error());
  auto look = [view = std::move(*view)] { return find_max_timestamp(view); };
  Result<MaxTimestamp> max = co_await runtime::run_blocking(shard_, std::move(look));
  if (!max) co_return max;
  log = logs_.find(id);
  if (log == nullptr || log->stored().replacements() != replacements) co_return max;
  holding = log->stored().holding(segment_base);
  if (holding && holding->segment != nullptr && holding->segment->base() == segment_base)
    holding->segment->restore_max_timestamp(*max);
  co_return max;
}

Task<Result<Timestamp>> LogReads::max_timestamp_from(PartitionId id, Offset from) {
  PartitionLog* log = logs_.find(id);
  if (log == nullptr) co_return kNoTimestamp;
  Result<SegmentList::Holding> holding = log->stored().holding(from);
  if (!holding) co_return fail(holding.error());
  if (holding->segment == nullptr || holding->segment->empty()) co_return kNoTimestamp;
  Result<SegmentView> view = log->stored().view(*holding->segment, holding->end);
  if (!view) co_return fail(view.error());
  auto look = [view = std::move(*view), from] { return find_max_timestamp(view, from); };
  Result<Timestamp> max = co_await runtime::run_blocking(shard_, std::move(look));
  co_return max;
}

/// Of a segment or a batch that begins below the log start, the largest timestamp may be gone: `from_start` looks into
/// it.
Task<Result<Timestamp>> LogReads::largest_timestamp(PartitionId id, bool from_start) {
  Timestamp largest = kNoTimestamp;
  Offset cursor{-1};
  while (true) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr) co_return logs_.no_log(id);
    cursor = std::max(cursor, log->log_start_offset());
    if (cursor >= log->stored_end()) break;
    Offset from = cursor;
    Result<SegmentList::Holding> holding = log->stored().holding(cursor);
    if (!holding) co_return fail(holding.error());
    cursor = holding->end;
    if (holding->segment == nullptr || holding->segment->empty()) continue;
    Offset base = holding->segment->base();
    Timestamp of_segment = kNoTimestamp;
    if (from_start && base < from) {
      Result<Timestamp> max = co_await max_timestamp_from(id, from);
      if (!max) co_return max;
      of_segment = *max;
    } else {
      Result<MaxTimestamp> max = co_await segment_max_timestamp(id, base);
      if (!max) co_return fail(max.error());
      of_segment = max->timestamp;
    }
    largest = std::max(largest, of_segment);
  }
  PartitionLog* log = logs_.find(id);
  co_return std::max(largest, largest_in_tail(*log, from_start));
}

Task<Result<std::optional<TimestampedOffset>>> LogReads::max_timestamp(PartitionId id) {
  for (bool from_start : {false, true}) {
    Result<Timestamp> largest = co_await largest_timestamp(id, from_start);
    if (!largest) co_return fail(largest.error());
    if (*largest == kNoTimestamp) break;
    Result<std::optional<TimestampedOffset>> found = co_await first_at_or_after(id, *largest, Marks::kCounted);
    if (!found || *found) co_return found;
  }
  co_return std::nullopt;
}

}  // namespace wharf::log
