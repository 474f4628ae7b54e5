#pragma once
// What all queues of a virtual host have together.
#include <cstddef>
#include <string>

#include <boost/json/object.hpp>

#include "admin/management/call.hpp"

namespace wharf::management {

struct QueueTotals {
  std::size_t queues = 0;
  broker::QueueCounts messages;
  double ready_rate = 0, unsettled_rate = 0;  // by which they change
};

/// Adds those of one virtual host. `call` and `totals` outlive the task.
runtime::Task<void> add_up_queues(Call* call, std::string vhost, QueueTotals* totals);

/// messages, messages_ready, messages_unacknowledged, and how they change.
void add_message_fields(boost::json::object& json, const QueueTotals& totals);

}  // namespace wharf::management
