#pragma once
// The queue that a path names, for those who take messages from it.
#include <expected>
#include <memory>

#include "admin/management/answers.hpp"
#include "admin/management/call.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {

using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

/// names[1]. A refusal: it is not there, it is a stream, the user may not read it, or a connection has it to itself.
std::expected<QueuePointer, http::Response> readable_queue(const Call& call);

}  // namespace wharf::management
