#pragma once
// A topic's configuration in the log's own terms.
#include <cstdint>
#include <memory>

#include "config/topic_config.hpp"
#include "log/log_config.hpp"
#include "model/ids.hpp"

namespace wharf::broker {

/// The logs of one topic: one configuration for all of them, but for segment.jitter.ms, which each applies for itself.
class LogSettings {
 public:
  explicit LogSettings(const config::TopicConfig& topic);

  std::shared_ptr<const log::LogConfig> of(const PartitionId& partition) const;

 private:
  std::shared_ptr<const log::LogConfig> shared_;
  std::int64_t jitter_ms_;
};

}  // namespace wharf::broker
