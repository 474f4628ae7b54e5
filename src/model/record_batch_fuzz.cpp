// Arbitrary bytes as a buffer of record batches: everything that reads them must stay within them and within its
// limits.
#include <cstdint>

#include "model/record_batch_builder.hpp"
#include "model/record_batch_reader.hpp"
#include "model/record_check.hpp"
#include "model/record_control.hpp"

namespace wharf {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

/// A batch that reads whole must come out of the builder with the same records.
void rebuild(const BatchView& batch, const OpenedBatch& opened) {
  BatchBuilder builder({.base_offset = batch.header.base_offset});
  RecordReader reader = opened.reader();
  Record record;
  std::int32_t count = 0;
  while (true) {
    Result<bool> got = reader.next(record);
    if (!got) return;
    if (!*got) break;
    for (RecordHeader header : record.headers) static_cast<void>(record.headers.last(header.key));
    static_cast<void>(read_end_txn_marker(record));
    builder.copy(record);
    ++count;
  }
  WHARF_ASSERT(count == batch.header.record_count);
  builder.extend_to(batch.header.last_offset());
  Result<std::vector<std::byte>> rebuilt = builder.finish();
  WHARF_ASSERT(rebuilt && validate_checksum(*rebuilt));
  Result<BatchView> view = read_batch(*rebuilt);
  WHARF_ASSERT(view && view->header.next_offset() == batch.header.next_offset() && view->header.record_count == count);
}

bool reads_densely(const BatchView& batch, const OpenedBatch& opened, RecordKeys keys) {
  RecordReader reader = opened.reader();
  Record record;
  for (std::int64_t delta = 0;; ++delta) {
    Result<bool> got = reader.next(record);
    if (!got) return false;
    if (!*got) return true;
    if (record.offset != batch.header.base_offset.plus(delta)) return false;
    if (keys == RecordKeys::kRequired && !record.key) return false;
  }
}

/// What a producer may send is exactly what can be read, whole or in two pieces.
void check(const BatchView& batch, const Result<OpenedBatch>& opened) {
  static Decoders decoders;
  if (batch.header.record_count == 0) return;
  for (RecordKeys keys : {RecordKeys::kOptional, RecordKeys::kRequired}) {
    bool readable = opened && reads_densely(batch, *opened, keys);
    Result<RecordTimes> checked = check_records(batch, keys, kLimit, decoders);
    WHARF_ASSERT(checked.has_value() == readable);
    if (!opened) continue;
    RecordCheck in_two(batch.header.record_count, keys);
    ByteView records = opened->records();
    std::size_t cut = batch.header.checksum % (records.size() + 1);
    bool taken = in_two.take(records.first(cut)) && in_two.take(records.subspan(cut)) && in_two.finish();
    WHARF_ASSERT(taken == readable);
  }
}

void read(ByteView bytes) {
  BatchReader reader(bytes, ChecksumCheck::kSkip);
  BatchScan scan = reader.next();
  for (; scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) {
    std::vector<std::byte> stamped(scan.batch.bytes.begin(), scan.batch.bytes.end());
    set_log_append_time(stamped, Timestamp{1});
    WHARF_ASSERT(validate_checksum(stamped) && read_batch(stamped));
    static_cast<void>(validate_produced(scan.batch.header));
    Result<OpenedBatch> opened = OpenedBatch::open(scan.batch, kLimit);
    check(scan.batch, opened);
    if (opened) rebuild(scan.batch, *opened);
  }
  WHARF_ASSERT(scan.position <= bytes.size());
  WHARF_ASSERT((scan.kind == BatchScan::Kind::kEnd) == (scan.position == bytes.size()));
  find_batch(bytes, 0, Offset(0), 1000);
}

}  // namespace
}  // namespace wharf

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wharf::read(std::as_bytes(std::span(data, size)));
  return 0;
}
