#pragma once
// The records in the answer to a fetch, one after the other.
#include <cstdint>
#include <optional>

#include "model/record.hpp"

namespace wharf::kafka {

/// Calls `with` (offset, value) for each record of a fetch's answer at `from` or behind it; the offset behind the last.
/// None: a batch that is not whole or not sound.
template <class With>
std::optional<std::int64_t> each_record(ByteView bytes, std::int64_t from, With with) {
  while (bytes.size() >= kBatchHeaderBytes) {
    Result<BatchView> batch = read_batch(bytes);
    if (!batch || !validate_checksum(batch->bytes)) return std::nullopt;
    Result<OpenedBatch> opened = OpenedBatch::open(*batch, 1 << 24);
    if (!opened) return std::nullopt;
    RecordReader reader = opened->reader();
    Record record;
    for (Result<bool> more = reader.next(record); more && *more; more = reader.next(record)) {
      if (record.offset.value < from) continue;
      with(record.offset.value, as_text(record.value.value_or(ByteView())));
      from = record.offset.value + 1;
    }
    bytes = bytes.subspan(batch->bytes.size());
  }
  return from;
}

}  // namespace wharf::kafka
