#pragma once
// What a partition's log needs to know of its topic's configuration, in the log's own units. The broker fills it from the
// topic's configuration; the names are Kafka's.
#include <cstdint>
#include <limits>
#include <optional>

#include "model/compression.hpp"
#include "model/record_batch.hpp"

namespace wharf::log {

enum class Flush : std::uint8_t {
  kAsync,  // an append is in the page cache when it returns, and readable at once
  kSync,   // an append is readable when it is on disk: write-ahead log first, segment behind it
};

inline constexpr std::int64_t kUnlimited = -1;
inline constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

/// For LogConfig::carried_bytes, where logs are carried.
inline constexpr std::int32_t kUsualCarriedBytes = 4 << 10;

struct LogConfig {
  Flush flush = Flush::kSync;

  std::int32_t segment_bytes = 1 << 30;
  std::int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  std::int32_t segment_index_bytes = 10 << 20;
  std::int32_t index_interval_bytes = 4096;
  /// Sync: a log that has no segment yet, and no more than this, is in the checkpoints instead. For owners who trim by themselves: retention and
  /// compaction know segments only.
  std::int32_t carried_bytes = 0;

  bool cleanup_delete = true;   // cleanup.policy contains "delete"
  bool cleanup_compact = false; // cleanup.policy contains "compact"
  std::int64_t retention_ms = 7LL * 24 * 3600 * 1000;  // kUnlimited: no limit
  std::int64_t retention_bytes = kUnlimited;
  std::int64_t file_delete_delay_ms = 60'000;

  double min_cleanable_dirty_ratio = 0.5;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = kForever;
  std::int64_t delete_retention_ms = 24LL * 3600 * 1000;  // of tombstones, after they were cleaned

  std::int32_t max_message_bytes = 1'048'588;  // of a batch with its header, compressed (KIP-98)
  TimestampType timestamp_type = TimestampType::kCreateTime;
  std::int64_t timestamp_before_max_ms = kForever;
  std::int64_t timestamp_after_max_ms = 3'600'000;
  std::optional<Compression> compression;      // none: as the producer sent it
  std::optional<int> compression_level;        // none: the codec's own default
};

}  // namespace wharf::log
