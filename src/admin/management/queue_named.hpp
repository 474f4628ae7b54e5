#pragma once
// The queue that a path names, for those who take messages from it.
#include <expected>
#include <memory>

#include "admin/management/answers.hpp"
#include "admin/management/call.hpp"
#include "admin/management/rights.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"

namespace wharf::management {

using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

/// names[1]. A refusal: it is not there, the user may not read it, or a connection has it to itself.
inline std::expected<QueuePointer, http::Response> readable_queue(const Call& call) {
  const std::string& name = call.names.at(1);
  QueuePointer queue = call.view()->queue(name);
  if (!queue) return std::unexpected(nothing_here());
  Result<void> allowed = may(call, security::Verb::kRead, security::Resource::queue(name));
  if (!allowed) return std::unexpected(answer_of(allowed.error()));
  if (queue->exclusive) return std::unexpected(answer_of(amqp091::locked({name, call.vhost()})));
  return queue;
}

}  // namespace wharf::management
