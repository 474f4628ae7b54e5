#include "log/compaction_filter.hpp"

#include <algorithm>
#include <iterator>

#include "log/append_check.hpp"
#include "model/record.hpp"
#include "model/record_batch_builder.hpp"
#include "model/time_span.hpp"

namespace wharf::log {

struct RecordFacts {
  Offset offset;
  std::optional<ByteView> key;
  bool is_tombstone = false;
};

namespace {

BatchOptions options_like(const BatchHeader& header) {
  BatchOptions options;
  options.base_offset = header.base_offset;
  options.leader_epoch = header.leader_epoch;
  options.compression = header.compression;
  if (header.timestamp_type == TimestampType::kLogAppendTime) options.log_append_time = header.max_timestamp;
  options.delete_horizon = header.delete_horizon();
  options.producer_id = header.producer_id;
  options.producer_epoch = header.producer_epoch;
  options.base_sequence = header.base_sequence;
  options.is_transactional = header.is_transactional;
  options.is_control = header.is_control;
  return options;
}

void append_bytes(std::vector<std::byte>& into, ByteView bytes) { into.insert(into.end(), bytes.begin(), bytes.end()); }

}  // namespace

bool GoneOffsets::holds(Offset offset) const {
  auto behind = std::ranges::upper_bound(ranges, offset, {}, &Range::first);
  return behind != ranges.begin() && offset < std::prev(behind)->next;
}

std::int64_t GoneOffsets::count_in(Offset first, Offset next) const {
  std::int64_t count = 0;
  auto at = std::ranges::upper_bound(ranges, first, {}, &Range::next);
  for (; at != ranges.end() && at->first < next; ++at) count += std::min(at->next, next).value - std::max(at->first, first).value;
  return count;
}

bool CompactionFilter::keeps(const BatchHeader& header, const RecordFacts& record) const {
  if (rules_.gone) return !rules_.gone->holds(record.offset);
  if (header.is_control || record.offset >= rules_.map_end) return true;
  if (!record.key) return false;
  std::optional<Offset> newest = newest_.newest(*record.key);
  if (newest && record.offset < *newest) return false;
  return !record.is_tombstone || keeps_deletions_ || !header.delete_horizon() || rules_.now < *header.delete_horizon();
}

/// Whether data of the marker's transaction is still in the log.
bool CompactionFilter::marker_is_needed(const BatchHeader& header) { return open_transactions_.erase(header.producer_id) > 0; }

Result<void> CompactionFilter::take(const BatchView& batch, bool is_last, std::vector<std::byte>& into) {
  const BatchHeader& header = batch.header;
  bool keep_if_empty = is_last || (header.has_producer_id() && rules_.keep_batches_at.contains(header.base_offset));
  if (header.is_transactional && !header.is_control) open_transactions_.insert(header.producer_id);
  bool needs_horizon = false;
  bool drop_all = false;
  if (header.is_control) {
    bool needed = marker_is_needed(header) || header.base_offset >= rules_.map_end;
    drop_all = !needed && !keeps_deletions_ && header.delete_horizon() && *header.delete_horizon() <= rules_.now;
    needs_horizon = !needed && !header.delete_horizon();
  }

  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) {
    append_bytes(into, batch.bytes);
    return {};
  }
  bool all_kept = !drop_all;
  int kept = 0;
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more) {
      append_bytes(into, batch.bytes);
      return {};
    }
    if (!*more) break;
    bool is_tombstone = !record.value && !header.is_control;
    if (drop_all || !keeps(header, {record.offset, record.key, is_tombstone})) {
      all_kept = false;
      continue;
    }
    ++kept;
    needs_horizon = needs_horizon || (!rules_.gone && is_tombstone && record.offset < rules_.map_end && !header.delete_horizon());
  }
  if (kept == 0 && !keep_if_empty) return {};
  if (kept == 0 && header.record_count == 0) {
    append_bytes(into, batch.bytes);
    return {};
  }
  if (kept == 0) {
    BatchHeader empty = header;
    empty.max_timestamp = kNoTimestamp;  // of no record: the time index must not point here
    append_bytes(into, build_empty_batch(empty));
    return {};
  }
  if (all_kept && !needs_horizon) {
    append_bytes(into, batch.bytes);
    return {};
  }

  BatchOptions options = options_like(header);
  if (needs_horizon) options.delete_horizon = later_by(rules_.now, rules_.delete_retention_ms);
  BatchBuilder builder(options);
  RecordReader again = opened->reader();
  while (true) {
    Result<bool> more = again.next(record);
    if (!more) return fail(more.error());
    if (!*more) break;
    if (keeps(header, {record.offset, record.key, !record.value && !header.is_control})) builder.copy(record);
  }
  builder.extend_to(header.last_offset());
  Result<std::vector<std::byte>> rewritten = builder.finish();
  if (!rewritten) return fail(rewritten.error());
  append_bytes(into, *rewritten);
  return {};
}

}  // namespace wharf::log
