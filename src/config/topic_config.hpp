#pragma once
// A topic's settings as the engines read them: typed, complete, immutable. Built from the server's defaults and the
// topic's own overrides; shared by reference (shared_ptr<const TopicConfig>), replaced as a whole when a setting
// changes.
//
// Names, types, bounds and defaults are those of Kafka 4.3 (org.apache.kafka TopicConfig); `wharf.flush` is ours. Times
// are milliseconds, sizes are bytes; -1 in a retention means "no limit".
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/server_config.hpp"
#include "model/compression.hpp"
#include "model/error.hpp"
#include "model/record_batch.hpp"

namespace wharf::config {

/// When a write counts as kept: on disk, or in the page cache.
enum class Flush : std::uint8_t { kSync, kAsync };

/// Settings given for one topic, as the client gave them.
using Overrides = std::map<std::string, std::string>;

struct TopicConfig {
  bool cleanup_delete = true;  // cleanup.policy; neither: kept for ever (KIP-1161)
  bool cleanup_compact = false;
  std::optional<Compression> compression_type;  // none: as the producer sent it
  std::int32_t compression_gzip_level = -1;
  std::int32_t compression_lz4_level = 9;
  std::int32_t compression_zstd_level = 3;
  std::int64_t delete_retention_ms = 0;
  std::int64_t file_delete_delay_ms = 0;
  std::int64_t flush_messages = 0;
  std::int64_t flush_ms = 0;
  std::int32_t index_interval_bytes = 0;
  std::int64_t max_compaction_lag_ms = 0;
  std::int32_t max_message_bytes = 0;
  std::int64_t message_timestamp_after_max_ms = 0;
  std::int64_t message_timestamp_before_max_ms = 0;
  TimestampType message_timestamp_type = TimestampType::kCreateTime;
  double min_cleanable_dirty_ratio = 0;
  std::int64_t min_compaction_lag_ms = 0;
  std::int32_t min_insync_replicas = 1;
  std::int64_t retention_bytes = -1;
  std::int64_t retention_ms = 0;
  std::int32_t segment_bytes = 0;
  std::int32_t segment_index_bytes = 0;
  std::int64_t segment_jitter_ms = 0;
  std::int64_t segment_ms = 0;
  /// What wharf.flush, else flush.messages=1 (sync), else the server's log.flush ask for.
  Flush flush = Flush::kSync;

  Overrides overrides;

  /// kInvalidArgument with a sentence for the client: an unknown name, a bad value, two settings that contradict.
  static Result<std::shared_ptr<const TopicConfig>> make(const ServerConfig& server, Overrides overrides);
};

}  // namespace wharf::config
