// Reading a partition: the hot tail, then segment files.
#include <algorithm>

#include <fmt/format.h>

#include "log/partition_log.hpp"
#include "log/segment_search.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

Result<ReadResult> PartitionLog::read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one) {
  if (from < log_start_ || from > log_end_) {
    return fail(ErrorCode::kOffsetOutOfRange, fmt::format("offset {} is outside of {} to {}", from.value, log_start_.value, log_end_.value));
  }
  below = std::min(below, log_end_);
  if (from >= below) return ReadResult{};
  if (tail_ && !tail_->empty() && from >= tail_->first()) {
    ReadResult result;
    result.bytes = tail_->read(from, max_bytes, below, at_least_one, result.pieces, result.next);
    return result;
  }
  return read_stored(from, max_bytes, below, at_least_one);
}

Result<ReadResult> PartitionLog::read_stored(Offset from, std::size_t max_bytes, Offset below, bool at_least_one) {
  Result<SegmentList::Holding> holding = stored_.holding(from);
  if (!holding) return fail(holding.error());
  if (holding->segment == nullptr) return damaged({from, holding->end});
  Segment& segment = *holding->segment;
  Result<SegmentView> view = stored_.view(segment, holding->end);
  if (!view) return fail(view.error());
  Result<Located> located = find_batch_at(*view, from, static_cast<std::uint32_t>(config_->index_interval_bytes), Waiting::kNever);
  if (!located && located.error().code == ErrorCode::kDamaged) return fail(ErrorCode::kBusy, "damage is to be looked at");
  if (!located) return fail(located.error());

  if (!located->batch || located->batch->header.base_offset > from) {
    // Nothing holds `from`: it was compacted away, or its bytes are damaged or gone.
    for (const DamagedSpan& span : segment.damage()) {
      if (from >= span.first && from < span.next) return damaged({span.first, span.next});
    }
    for (const DamagedRange& range : lost_) {
      if (from >= range.first && from < range.next) return damaged(range);
    }
    bool compacted = from < stored_.gaps_below();
    if (!located->batch && compacted) return read(holding->end, max_bytes, below, at_least_one);
    if (!located->batch) return damaged({from, holding->end});
    if (!compacted) return damaged({from, located->batch->header.base_offset});
  }

  const BatchAt& first = *located->batch;
  if (first.header.next_offset() > below) return ReadResult{};
  if (!at_least_one && first.header.size_bytes > max_bytes) return ReadResult{};
  std::uint64_t verified = segment.verified().covered_from(first.position);
  if (verified < first.end()) return fail(ErrorCode::kBusy, "not verified yet");
  std::uint32_t limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(verified, segment.size()));
  RunEnd end = find_run_end(*view, first, max_bytes, below, limit, Waiting::kNever);
  if (Result<void> cached = probe_cached(*view->log, first.position, end.position); !cached) return fail(cached.error());
  ReadResult result;
  result.bytes = end.position - first.position;
  result.next = end.next;
  result.file_offsets = static_cast<std::uint64_t>(end.next.value - first.header.base_offset.value);
  result.pieces.emplace_back(runtime::FileRange{std::move(view->log), first.position, result.bytes});
  return result;
}

std::unexpected<Error> PartitionLog::damaged(DamagedRange range) const {
  return fail(ErrorCode::kDamaged, fmt::format("offsets {} to {} of partition {} are damaged on disk", range.first.value,
                                               range.next.value - 1, id_.folder()));
}

void PartitionLog::note_damage(Segment& segment, const DamagedSpan& span) {
  if (std::ranges::find(segment.damage(), span) != segment.damage().end()) return;
  auto at = std::ranges::upper_bound(segment.damage(), span.begin, {}, &DamagedSpan::begin);
  segment.damage().insert(at, span);
  ++context_.statistics.damaged_ranges;
  context_.logger.error("stored records are damaged; those before and behind them can be read",
                        {{"partition", id_.folder()}, {"first_offset", span.first.value}, {"last_offset", span.next.value - 1},
                         {"file", segment_file_name(segment.base(), kLogSuffix)}, {"position", span.begin}, {"bytes", span.end - span.begin}});
}

void PartitionLog::note_lost(DamagedRange range) {
  if (range.first >= range.next || std::ranges::find(lost_, range) != lost_.end()) return;
  lost_.push_back(range);
  ++context_.statistics.damaged_ranges;
  context_.logger.error("stored records are gone", {{"partition", id_.folder()}, {"first_offset", range.first.value},
                                                    {"last_offset", range.next.value - 1}});
}

std::vector<DamagedRange> PartitionLog::damage() const {
  std::vector<DamagedRange> all = lost_;
  for (const DamagedSpan& span : stored_.damage()) all.push_back({span.first, span.next});
  return all;
}

}  // namespace wharf::log
