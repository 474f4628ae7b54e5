#include "broker/record_cursor.hpp"

#include <algorithm>
#include <utility>

#include "model/compression.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf::broker {
namespace {

constexpr Nanoseconds kLongWait = std::chrono::hours(1);

struct Opened {
  std::vector<CursorRecord> records;
  Offset next;  // behind all batches, also those without records
};

/// Blocks for what lies in files.
Result<SharedBytes> in_memory(const runtime::OutPiece& piece) {
  if (const auto* memory = std::get_if<SharedBytes>(&piece)) return *memory;
  const auto& range = std::get<runtime::FileRange>(piece);
  auto storage = std::make_shared_for_overwrite<std::byte[]>(range.length);
  MutableBytes bytes(storage.get(), range.length);
  Result<std::size_t> read = range.file->read_at(range.position, bytes);
  if (!read) return fail(read.error());
  if (*read != range.length) return fail(ErrorCode::kDamaged, "a segment is shorter than its index says");
  return SharedBytes(std::move(storage), bytes);
}

/// Nothing of a batch that cannot be opened.
void open_batch(const BatchView& batch, const SharedBytes& bytes, Offset from, std::vector<CursorRecord>& records) {
  struct Kept {
    SharedBytes bytes;
    OpenedBatch batch;
  };
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return;
  auto kept = std::make_shared<const Kept>(bytes, std::move(*opened));
  RecordReader reader = kept->batch.reader();
  Record record;
  for (Result<bool> more = reader.next(record); more && *more; more = reader.next(record)) {
    if (record.offset >= from) records.push_back({kept, record});
  }
}

Result<Opened> open(const std::vector<runtime::OutPiece>& pieces, Offset from) {
  Opened opened{.records = {}, .next = from};
  for (const runtime::OutPiece& piece : pieces) {
    Result<SharedBytes> bytes = in_memory(piece);
    if (!bytes) return fail(bytes.error());
    // Whoever gave it has looked at its checksums.
    BatchReader batches(bytes->view(), ChecksumCheck::kSkip);
    BatchScan scan = batches.next();
    for (; scan.kind == BatchScan::Kind::kBatch; scan = batches.next()) {
      if (!scan.batch.header.is_control) open_batch(scan.batch, *bytes, from, opened.records);
      opened.next = std::max(opened.next, scan.batch.header.next_offset());
    }
    if (scan.kind != BatchScan::Kind::kEnd) return fail(scan.error);
  }
  return opened;
}

/// Plain records in memory are opened by the shard itself.
bool is_short_work(const std::vector<runtime::OutPiece>& pieces) {
  return std::ranges::all_of(pieces, [](const runtime::OutPiece& piece) {
    const auto* memory = std::get_if<SharedBytes>(&piece);
    if (!memory) return false;
    BatchReader batches(memory->view(), ChecksumCheck::kSkip);
    BatchScan scan = batches.next();
    while (scan.kind == BatchScan::Kind::kBatch && scan.batch.header.compression == Compression::kNone) {
      scan = batches.next();
    }
    return scan.kind == BatchScan::Kind::kEnd;
  });
}

}  // namespace

runtime::Task<Result<void>> RecordCursor::pass_over_what_is_gone() {
  Result<PartitionMarks> marks = co_await read_.marks(here_, partition_);
  if (!marks) co_return fail(marks.error());
  next_ = std::clamp(next_, marks->log_start, marks->high_watermark);
  co_return Result<void>();
}

bool RecordCursor::pass_over_damage() {
  std::optional<Offset> behind = std::exchange(behind_damage_, {});
  if (!behind || *behind <= next_) return false;
  next_ = *behind;
  return true;
}

/// One read; empty where it brought no records.
runtime::Task<Result<std::vector<CursorRecord>>> RecordCursor::read(ReadLimits limits) {
  std::vector<ReadPart> parts{{.partition = partition_, .from = next_, .max_bytes = read_bytes_}};
  std::vector<ReadOutcome> outcomes = co_await read_.read(here_, std::move(parts), std::move(limits));
  ReadOutcome& outcome = outcomes.front();
  if (outcome.failure && outcome.failure->code == ErrorCode::kOffsetOutOfRange) {
    Result<void> passed = co_await pass_over_what_is_gone();
    if (!passed) co_return fail(passed.error());
    co_return std::vector<CursorRecord>();
  }
  behind_damage_ = outcome.behind_damage;
  if (outcome.failure) co_return fail(*outcome.failure);
  if (outcome.pieces.empty()) co_return std::vector<CursorRecord>();
  Result<Opened> opened;
  if (is_short_work(outcome.pieces)) {
    opened = open(outcome.pieces, next_);
  } else {
    auto work = [pieces = std::move(outcome.pieces), from = next_] { return open(pieces, from); };
    opened = co_await runtime::run_blocking(here_, std::move(work));
  }
  if (!opened) co_return fail(opened.error());
  next_ = opened->next;
  co_return std::move(opened->records);
}

runtime::Task<Result<std::vector<CursorRecord>>> RecordCursor::next_by(MonotonicTime deadline) {
  while (here_.now() < deadline) {
    ReadLimits limits{.min_bytes = 1, .max_bytes = read_bytes_, .deadline = deadline, .stop = {}};
    Result<std::vector<CursorRecord>> records = co_await read(std::move(limits));
    if (!records || !records->empty()) co_return records;
  }
  co_return std::vector<CursorRecord>();
}

runtime::Task<Result<std::vector<CursorRecord>>> RecordCursor::next(std::stop_token stop) {
  while (!stop.stop_requested()) {
    ReadLimits limits{.min_bytes = 1, .max_bytes = read_bytes_, .deadline = here_.now() + kLongWait, .stop = stop};
    Result<std::vector<CursorRecord>> records = co_await read(std::move(limits));
    if (!records || !records->empty()) co_return records;
  }
  co_return std::vector<CursorRecord>();
}

runtime::Task<void> RecordCursor::wait(MonotonicTime deadline, std::stop_token stop) {
  std::vector<ReadPart> parts{{.partition = partition_, .from = next_, .max_bytes = read_bytes_}};
  ReadLimits limits{.min_bytes = 1, .max_bytes = read_bytes_, .deadline = deadline, .stop = std::move(stop)};
  std::ignore = co_await read_.read(here_, std::move(parts), std::move(limits));
}

runtime::Task<Result<std::vector<CursorRecord>>> RecordCursor::available() {
  ReadLimits limits{.min_bytes = 0, .max_bytes = read_bytes_, .deadline = here_.now(), .stop = {}};
  Result<std::vector<CursorRecord>> records = co_await read(std::move(limits));
  co_return records;
}

}  // namespace wharf::broker
