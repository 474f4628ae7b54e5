#pragma once
// Plain numbers for the metrics page. Counters only rise; everything is of one shard's store.
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

/// Durations in buckets of powers of two: bucket i counts those below 2^i microseconds, the last one all longer ones.
struct LatencyHistogram {
  std::array<std::uint64_t, 28> buckets{};
  std::uint64_t count = 0;
  std::uint64_t sum_us = 0;

  void record_us(std::uint64_t us) {
    std::size_t bucket = static_cast<std::size_t>(std::bit_width(us));
    ++buckets[bucket < buckets.size() ? bucket : buckets.size() - 1];
    ++count;
    sum_us += us;
  }
};

struct PartitionStatistics {
  std::uint64_t batches_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t records_in = 0;
};

struct StoreStatistics {
  std::uint64_t partitions = 0;
  std::uint64_t hot_tail_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t wal_bytes = 0;            // in the write-ahead log, not yet checkpointed
  std::uint64_t flushes = 0;              // group commits that made something durable
  std::uint64_t failed_flushes = 0;
  LatencyHistogram flush_latency;
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
