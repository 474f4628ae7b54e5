#include "log/segment_verify.hpp"

#include <algorithm>
#include <utility>

#include "log/segment_scan.hpp"
#include "log/segment_search.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

/// Adds what the scan said to `range`; false when the segment ends there.
bool note_place(const SegmentView& segment, const LeaderEpochs& epochs, const ScannedPlace& place, VerifiedRange& range) {
  switch (place.kind) {
    case ScannedPlace::Kind::kBatch:
      if (LeaderEpoch epoch = epochs.epoch_of(place.header.base_offset); epoch != kNoLeaderEpoch && epoch != place.header.leader_epoch) {
        range.damaged.push_back({place.position, place.end, place.header.base_offset, place.next});
      } else if (!range.sound.empty() && range.sound.back().end == place.position) {
        range.sound.back().end = place.end;
      } else {
        range.sound.push_back({place.position, place.end});
      }
      return true;
    case ScannedPlace::Kind::kDamage:
      range.damaged.push_back({place.position, place.end, place.expected, place.next});
      return true;
    case ScannedPlace::Kind::kTornTail:
    case ScannedPlace::Kind::kEnd:
      if (place.expected < segment.end && !(place.kind == ScannedPlace::Kind::kEnd && segment.may_have_gaps)) {
        range.damaged.push_back({place.position, segment.size, place.expected, segment.end});
      }
      return false;
  }
  return false;
}

struct Start {
  std::uint32_t position = 0;
  Offset expected;
  bool index_is_wrong = false;
  std::vector<Offset> missed;  // whose batches are not where the index says, which damage to them explains
};

/// Where to begin so that the batch that holds `from` is passed: at an index entry whose batch is what the entry says.
Result<Start> find_start(const SegmentView& segment, Offset from) {
  constexpr int kMostTries = 8;  // a damaged stretch may hide several entries
  Start start;
  start.expected = segment.base;
  std::int64_t below = from.value - segment.base.value;
  for (int i = 0; i < kMostTries; ++i) {
    auto is_before = [below](const OffsetEntry& entry) { return entry.relative_offset <= below; };
    Result<std::optional<OffsetEntry>> entry = segment.offsets.last_where(is_before, Waiting::kAllowed);
    if (!entry && entry.error().code != ErrorCode::kDamaged) return storage_failure(entry.error());
    if (!entry || (*entry && (*entry)->relative_offset < 0)) start.index_is_wrong = true;
    if (!entry || !*entry || (*entry)->relative_offset < 0) return start;
    std::byte bytes[kBatchHeaderBytes];
    if ((*entry)->position >= 0 && static_cast<std::uint32_t>((*entry)->position) < segment.size) {
      Result<std::size_t> got = segment.log->read_at(static_cast<std::uint32_t>((*entry)->position), bytes);
      if (!got) return storage_failure(got.error());
      Result<BatchHeader> header = read_batch_header(ByteView(bytes).first(*got));
      if (header && header->last_offset() == segment.base.plus((*entry)->relative_offset) && header->base_offset >= segment.base) {
        start.position = static_cast<std::uint32_t>((*entry)->position);
        start.expected = header->base_offset;
        return start;
      }
    }
    start.missed.push_back(segment.base.plus((*entry)->relative_offset));
    below = std::int64_t{(*entry)->relative_offset} - 1;
  }
  return start;
}

SegmentScan scan_from(const SegmentView& segment, std::uint32_t position, Offset expected) {
  return SegmentScan(segment.log, {position, segment.size, expected, !segment.may_have_gaps, segment.end}, segment.damage);
}

}  // namespace

Result<VerifiedRange> verify_stored(const SegmentView& segment, const LeaderEpochs& epochs, Offset from, std::size_t bytes,
                                    std::uint32_t index_interval_bytes) {
  Result<Start> start = find_start(segment, from);
  if (!start) return fail(start.error());
  VerifiedRange range;
  SegmentScan scan = scan_from(segment, start->position, start->expected);
  std::optional<std::uint32_t> reached;  // where the batch of `from` begins
  std::uint64_t walked = 0;              // over sound batches before it, but for the last of them
  std::uint32_t passed = 0;
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return fail(place.error());
    if (!note_place(segment, epochs, *place, range)) break;
    if (!reached && place->next > from) reached = place->position;
    if (!reached && place->kind == ScannedPlace::Kind::kBatch) walked += std::exchange(passed, place->header.size_bytes);
    if (reached && place->end - *reached >= bytes) break;
  }
  range.found = reached.has_value();
  bool far = walked > far_from_entry(index_interval_bytes);
  auto is_damaged = [&](Offset offset) {
    return std::ranges::any_of(range.damaged, [&](const DamagedSpan& span) { return offset >= span.first && offset < span.next; });
  };
  if (start->index_is_wrong || far || !std::ranges::all_of(start->missed, is_damaged)) {
    Result<VerifiedRange> whole = verify_whole(segment, epochs, index_interval_bytes);
    if (whole) whole->found = range.found;
    return whole;
  }
  return range;
}

Result<VerifiedRange> verify_whole(const SegmentView& segment, const LeaderEpochs& epochs, std::uint32_t index_interval_bytes) {
  VerifiedRange range;
  range.indexes.emplace(segment.base, index_interval_bytes);
  range.indexed_bytes = segment.size;
  SegmentScan scan = scan_from(segment, 0, segment.base);
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return fail(place.error());
    if (!note_place(segment, epochs, *place, range)) return range;
    if (place->kind != ScannedPlace::Kind::kBatch) continue;
    range.indexes->add(place->position, place->end - place->position, place->header.last_offset(), place->header.max_timestamp);
  }
}

Result<bool> time_index_is_right(const SegmentView& segment) {
  if (segment.times.size() == 0) return segment.size == 0;
  Result<TimeEntry> last = segment.times.entry(segment.times.size() - 1, Waiting::kAllowed);
  if (!last && last.error().code == ErrorCode::kDamaged) return false;
  if (!last) return storage_failure(last.error());
  Offset offset = segment.base.plus(last->relative_offset);
  if (last->relative_offset < 0 || offset >= segment.end) return false;
  Result<Located> located = find_batch_at(segment, offset, 4096, Waiting::kAllowed);
  if (!located && located.error().code == ErrorCode::kDamaged) return true;  // the batch is damaged, not the index
  if (!located) return fail(located.error());
  if (!located->batch) return false;
  const BatchHeader& header = located->batch->header;
  return header.last_offset() == offset && header.max_timestamp == last->timestamp;
}

}  // namespace wharf::log
