#pragma once
// How the logs of queues and schedules are kept: until their owner says that what is in them is done with.
#include <memory>

#include "log/log_config.hpp"

namespace wharf::queue {

std::shared_ptr<const log::LogConfig> log_config(log::Flush flush);

}  // namespace wharf::queue
