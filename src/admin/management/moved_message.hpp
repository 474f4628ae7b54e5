#pragma once
// A message on its way from one queue to another of the virtual host, as it is: what an operator's moves share.
#include <expected>
#include <string>

#include "admin/management/queue_named.hpp"
#include "broker/queues.hpp"
#include "model/record.hpp"

namespace wharf::management {

/// Of the same virtual host; a refusal: it is not there, is the same one, or the user may not write to it.
std::expected<QueuePointer, http::Response> move_target(const Call& call, const std::string& name,
                                                        const broker::QueueInfo& from);
/// As it stands there, with all that its publisher said.
broker::EnqueuePart copy_for(const broker::QueueInfo& to, const Record& record, Timestamp now);
/// What a queue says of a message that an operator wants.
http::Response refusal_of(const Error& error);

}  // namespace wharf::management
