#include "queue/shell/log_config.hpp"

#include <cstdint>

namespace wharf::queue {

std::shared_ptr<const log::LogConfig> log_config(log::Flush flush) {
  auto config = std::make_shared<log::LogConfig>();
  config->flush = flush;
  config->segment_bytes = 16 << 20;
  config->segment_index_bytes = 1 << 20;
  config->carried_bytes = log::kUsualCarriedBytes;
  config->retention_ms = log::kUnlimited;
  config->file_delete_delay_ms = 0;
  config->max_message_bytes = INT32_MAX;
  config->timestamp_after_max_ms = log::kForever;
  return config;
}

}  // namespace wharf::queue
