#include "broker/node/log_settings.hpp"

#include <algorithm>
#include <functional>

namespace wharf::broker {
namespace {

std::optional<int> level_of(const config::TopicConfig& topic) {
  if (topic.compression_type == Compression::kGzip) return topic.compression_gzip_level;
  if (topic.compression_type == Compression::kLz4) return topic.compression_lz4_level;
  if (topic.compression_type == Compression::kZstd) return topic.compression_zstd_level;
  return std::nullopt;
}

std::shared_ptr<const log::LogConfig> without_jitter(const config::TopicConfig& topic) {
  auto config = std::make_shared<log::LogConfig>();
  config->flush = topic.flush == config::Flush::kSync ? log::Flush::kSync : log::Flush::kAsync;
  config->segment_bytes = topic.segment_bytes;
  config->segment_ms = topic.segment_ms;
  config->segment_index_bytes = topic.segment_index_bytes;
  config->index_interval_bytes = topic.index_interval_bytes;
  config->cleanup_delete = topic.cleanup_delete;
  config->cleanup_compact = topic.cleanup_compact;
  config->retention_ms = topic.retention_ms;
  config->retention_bytes = topic.retention_bytes;
  config->file_delete_delay_ms = topic.file_delete_delay_ms;
  config->min_cleanable_dirty_ratio = topic.min_cleanable_dirty_ratio;
  config->min_compaction_lag_ms = topic.min_compaction_lag_ms;
  config->max_compaction_lag_ms = topic.max_compaction_lag_ms;
  config->delete_retention_ms = topic.delete_retention_ms;
  config->max_message_bytes = topic.max_message_bytes;
  config->timestamp_type = topic.message_timestamp_type;
  config->timestamp_before_max_ms = topic.message_timestamp_before_max_ms;
  config->timestamp_after_max_ms = topic.message_timestamp_after_max_ms;
  config->compression = topic.compression_type;
  config->compression_level = level_of(topic);
  return config;
}

}  // namespace

LogSettings::LogSettings(const config::TopicConfig& topic)
    : shared_(without_jitter(topic)), jitter_ms_(std::min(topic.segment_jitter_ms, topic.segment_ms)) {}

/// Kafka draws a number for each segment. A partition's own serves as well, and a replay needs no record of it.
std::shared_ptr<const log::LogConfig> LogSettings::of(const PartitionId& partition) const {
  if (jitter_ms_ == 0) return shared_;
  auto config = std::make_shared<log::LogConfig>(*shared_);
  config->segment_ms -=
      static_cast<std::int64_t>(std::hash<PartitionId>()(partition) % static_cast<std::uint64_t>(jitter_ms_));
  return config;
}

}  // namespace wharf::broker
