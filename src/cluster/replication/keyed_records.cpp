#include "cluster/replication/keyed_records.hpp"

#include "model/record_batch_builder.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf::cluster {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::size_t kMaxBatchRecordsBytes = 64 << 20;

/// Visits the records of whole batches; the offset after the last of them.
Result<Offset> visit_batches(ByteView bytes, Offset from, const std::function<void(const Record&)>& visit) {
  BatchReader batches(bytes, ChecksumCheck::kSkip);
  Offset next = from;
  for (BatchScan scan = batches.next(); scan.kind == BatchScan::Kind::kBatch; scan = batches.next()) {
    next = scan.batch.header.next_offset();
    if (scan.batch.header.is_control) continue;
    Result<OpenedBatch> opened = OpenedBatch::open(scan.batch, kMaxBatchRecordsBytes);
    if (!opened) return fail(opened.error());
    RecordReader reader = opened->reader();
    Record record;
    Result<bool> more = reader.next(record);
    for (; more && *more; more = reader.next(record)) {
      if (record.offset >= from) visit(record);
    }
    if (!more) return fail(more.error());
  }
  return next;
}

}  // namespace

Result<log::OwnedBatches> batch_of(std::span<const KeyedRecord> records, Timestamp now) {
  BatchBuilder builder(BatchOptions{});
  for (const KeyedRecord& record : records) {
    std::optional<ByteView> value;
    if (record.value) value = as_bytes(*record.value);
    builder.append({.timestamp = now, .key = as_bytes(record.key), .value = value, .headers = {}});
  }
  Result<std::vector<std::byte>> bytes = builder.finish();
  if (!bytes) return fail(bytes.error());
  return log::own(std::move(*bytes));
}

runtime::Task<Result<void>> replay(ShardLogs* logs, PartitionId partition, std::function<void(const Record&)> visit,
                                   std::stop_token stop) {
  log::PartitionLog* log = logs->store().find(partition);
  if (log == nullptr) co_return logs->store().no_log(partition);
  Result<void> outcome;
  Offset at = log->log_start_offset();
  while (at < log->log_end_offset()) {
    if (stop.stop_requested()) co_return fail(ErrorCode::kClosed, "asked to stop");
    Result<SharedBytes> bytes = co_await logs->store().read_bytes(partition, at, kReadBytes, log->log_end_offset());
    Result<Offset> next = bytes ? visit_batches(bytes->view(), at, visit) : Result<Offset>(fail(bytes.error()));
    if (next && *next > at) {
      at = *next;
      continue;
    }
    if (outcome) outcome = fail(next ? Error{ErrorCode::kDamaged, "the log ends early"} : next.error());
    // Behind the damage it goes on, where the log knows how far the damage reaches.
    Offset behind = at;
    for (const log::DamagedRange& range : log->damage()) {
      if (range.first <= at && at < range.next) behind = range.next;
    }
    if (behind == at) break;
    at = behind;
  }
  co_return outcome;
}

}  // namespace wharf::cluster
