#pragma once
// Which queues have series of their own: those that a filter names, and of those the busiest.
#include <optional>
#include <string>
#include <vector>

#include "admin/rabbitmq_metrics.hpp"
#include "broker/entities.hpp"
#include "broker/operate.hpp"
#include "security/core/pattern.hpp"

namespace wharf::admin {

struct QueueQuestion {
  broker::Entities* entities = nullptr;
  broker::Operate* operate = nullptr;
  std::string vhost;                         // empty: all
  std::optional<security::Pattern> pattern;  // of names; none: all
  std::size_t most = 100;
};

/// By what passes through them, then by what is in them. Some hundred are looked at at a time, and no more than a
/// thousand kept.
runtime::Task<std::vector<NamedQueue>> busiest_queues(runtime::Shard& here, QueueQuestion question);

}  // namespace wharf::admin
