#pragma once
// Streams among the queues: log topics that a client of AMQP could have declared.
#include <string>
#include <vector>

#include "admin/management/definition_streams.hpp"
#include "admin/management/queue_json.hpp"

namespace wharf::management {

ShownQueue shown_stream(StreamPointer stream);
/// nullptr: there is none of this name that is shown.
StreamPointer stream_named(const Call& call, std::string_view vhost, std::string_view name);

/// What is in those of `queues` that are streams, and how many read each.
runtime::Task<void> count_streams(Call* call, std::vector<ShownQueue*> queues);

}  // namespace wharf::management
