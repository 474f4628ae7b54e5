#include "log/time_search.hpp"

#include <algorithm>

#include "log/append_check.hpp"
#include "log/segment_scan.hpp"
#include "log/segment_search.hpp"
#include "log/segment_verify.hpp"
#include "log/storage_error.hpp"
#include "model/record.hpp"

namespace wharf::log {
namespace {

struct Start {
  std::uint32_t position = 0;
  Offset expected;
};

/// Where to begin: at the batch of the last time index entry not above `time`, everything before which is older.
Result<Start> find_start(const SegmentView& segment, Timestamp time) {
  Start beginning{0, segment.base};
  auto is_before = [time](const TimeEntry& entry) { return entry.timestamp <= time; };
  Result<std::optional<TimeEntry>> entry = segment.times.last_where(is_before, Waiting::kAllowed);
  if (!entry && entry.error().code != ErrorCode::kDamaged) return storage_failure(entry.error());
  if (!entry || !*entry || (*entry)->relative_offset < 0) return beginning;
  Offset offset = segment.base.plus((*entry)->relative_offset);
  Result<Located> located = find_batch_at(segment, offset, 4096, Waiting::kAllowed);
  if (!located && located.error().code != ErrorCode::kDamaged) return fail(located.error());
  if (!located || !located->batch) return beginning;
  const BatchAt& batch = *located->batch;
  bool right = batch.header.last_offset() == offset && batch.header.max_timestamp == (*entry)->timestamp;
  return right ? Start{batch.position, batch.header.base_offset} : beginning;
}

}  // namespace

Result<std::optional<TimestampedOffset>> find_by_time(const BatchView& batch, Timestamp time, Offset from, Marks marks) {
  if (batch.header.max_timestamp < time) return std::nullopt;
  if (batch.header.is_control && marks == Marks::kSkipped) return std::nullopt;
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return std::nullopt;  // a producer may have sent what cannot be decompressed
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more || !*more) return std::nullopt;
    if (record.timestamp >= time && record.offset >= from) return TimestampedOffset{record.offset, record.timestamp, batch.header.leader_epoch};
  }
}

Result<std::optional<TimestampedOffset>> find_by_time(const SegmentView& segment, Timestamp time, Offset from, Offset below,
                                                      Marks marks) {
  Result<Start> start = find_start(segment, time);
  if (!start) return fail(start.error());
  SegmentScan scan(segment.log, {start->position, segment.size, start->expected, !segment.may_have_gaps, segment.end}, segment.damage);
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return fail(place.error());
    if (place->kind == ScannedPlace::Kind::kEnd || place->kind == ScannedPlace::Kind::kTornTail) return std::nullopt;
    if (place->kind == ScannedPlace::Kind::kDamage || place->header.next_offset() <= from) continue;
    if (place->header.base_offset >= below) return std::nullopt;
    Result<std::optional<TimestampedOffset>> found = find_by_time(BatchView{place->header, place->bytes}, time, from, marks);
    if (!found || *found) return found;
  }
}

Timestamp max_timestamp(const BatchView& batch, Offset from) {
  Timestamp largest = kNoTimestamp;
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return largest;
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more || !*more) return largest;
    if (record.offset >= from) largest = std::max(largest, record.timestamp);
  }
}

Result<Timestamp> find_max_timestamp(const SegmentView& segment, Offset from) {
  Timestamp largest = kNoTimestamp;
  SegmentScan scan(segment.log, {0, segment.size, segment.base, !segment.may_have_gaps, segment.end}, segment.damage);
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return fail(place.error());
    if (place->kind == ScannedPlace::Kind::kEnd || place->kind == ScannedPlace::Kind::kTornTail) return largest;
    if (place->kind == ScannedPlace::Kind::kDamage || place->header.next_offset() <= from) continue;
    bool is_cut = place->header.base_offset < from;
    Timestamp of_batch =
        is_cut ? max_timestamp(BatchView{place->header, place->bytes}, from) : place->header.max_timestamp;
    largest = std::max(largest, of_batch);
  }
}

Result<MaxTimestamp> find_max_timestamp(const SegmentView& segment) {
  Result<bool> right = time_index_is_right(segment);
  if (!right) return fail(right.error());
  if (*right && segment.times.size() > 0) {
    Result<TimeEntry> last = segment.times.entry(segment.times.size() - 1, Waiting::kAllowed);
    if (!last) return storage_failure(last.error());
    return MaxTimestamp{last->timestamp, segment.base.plus(last->relative_offset)};
  }
  Result<VerifiedRange> all = verify_whole(segment, LeaderEpochs(), 4096);
  if (!all) return fail(all.error());
  return all->indexes->max();
}

}  // namespace wharf::log
