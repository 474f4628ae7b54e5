#pragma once
// Plain numbers for the metrics page. Counters only rise; everything is of one shard's store.
#include <cstdint>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/histogram.hpp"
#include "model/ids.hpp"

namespace wharf::log {

struct PartitionStatistics {
  std::uint64_t batches_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t records_in = 0;
};

struct StoreStatistics {
  std::uint64_t partitions = 0;
  std::uint64_t hot_tail_bytes = 0;
  std::uint64_t hot_tail_blocks = 0;      // known; some may be gone
  std::uint64_t open_files = 0;
  std::uint64_t wal_bytes = 0;            // in the write-ahead log, not yet checkpointed
  std::uint64_t wal_buffered_bytes = 0;   // in memory, not yet in it
  std::uint64_t flushes = 0;              // group commits that made something durable
  std::uint64_t failed_flushes = 0;
  Histogram flush_us;                     // how long each of them took
  Histogram flush_bytes;                  // and how much it wrote
  std::uint64_t checkpoints = 0;
  std::uint64_t failed_checkpoints = 0;
  std::uint64_t cold_reads = 0;           // reads that had to wait for the work pool
  std::uint64_t segments_deleted = 0;
  std::uint64_t damaged_ranges = 0;       // found since the start
  std::uint64_t cleaned_bytes = 0;        // read by compaction
  std::uint64_t compactions = 0;
  std::uint64_t failed_compactions = 0;
  std::optional<Error> refusing;          // why appends are refused now
};

}  // namespace wharf::log
