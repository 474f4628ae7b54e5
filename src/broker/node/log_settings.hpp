#pragma once
// A topic's configuration in the log's own terms.
#include <memory>

#include "config/topic_config.hpp"
#include "log/log_config.hpp"

namespace wharf::broker {

std::shared_ptr<const log::LogConfig> log_config_of(const config::TopicConfig& topic);

}  // namespace wharf::broker
