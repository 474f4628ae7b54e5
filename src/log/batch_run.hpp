#pragma once
// Walking batches in memory that were validated before: two loads a batch, no checks.
#include <cstddef>
#include <cstdint>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

inline std::size_t batch_bytes(ByteView batch) {
  return kBatchOverheadBytes + static_cast<std::size_t>(load_big_endian<std::int32_t>(batch.data() + batch_field::kLength));
}
inline Offset batch_base_offset(ByteView batch) {
  return Offset{load_big_endian<std::int64_t>(batch.data() + batch_field::kBaseOffset)};
}
inline Offset batch_last_offset(ByteView batch) {
  return batch_base_offset(batch).plus(load_big_endian<std::int32_t>(batch.data() + batch_field::kLastOffsetDelta));
}
inline Offset batch_next_offset(ByteView batch) { return batch_last_offset(batch).plus(1); }
inline Timestamp batch_max_timestamp(ByteView batch) {
  return Timestamp{load_big_endian<std::int64_t>(batch.data() + batch_field::kMaxTimestamp)};
}

/// Position of the first batch whose last offset is at or above `target`; run.size() when there is none.
inline std::size_t find_in_run(ByteView run, Offset target) {
  std::size_t position = 0;
  while (position < run.size() && batch_last_offset(run.subspan(position)) < target) position += batch_bytes(run.subspan(position));
  return position;
}

/// How many bytes from the front of `run` are whole batches within `max_bytes` and below `below`.
inline std::size_t measure_run(ByteView run, std::size_t max_bytes, Offset below) {
  std::size_t end = 0;
  while (end < run.size()) {
    ByteView batch = run.subspan(end);
    std::size_t bytes = batch_bytes(batch);
    if (end + bytes > max_bytes || batch_next_offset(batch) > below) break;
    end += bytes;
  }
  return end;
}

}  // namespace wharf::log
