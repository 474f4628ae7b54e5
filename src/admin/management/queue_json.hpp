#pragma once
// A queue as the management API shows it.
#include <memory>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "admin/json_http/wanted_fields.hpp"
#include "admin/management/call.hpp"
#include "admin/management/queue_named.hpp"
#include "cluster/metadata/topic_table.hpp"

namespace wharf::management {

using json_http::chosen_columns;
using json_http::WantedFields;

struct ShownQueue {
  QueuePointer queue;
  routing::EffectivePolicy policy;
  std::optional<broker::QueueNumbers> numbers;               // none: not asked for
  std::shared_ptr<const cluster::Topic> stream = nullptr;    // whose log it is; nullptr: it is a queue
  std::shared_ptr<const history::QueueRing> hour = nullptr;  // where samples were asked for and there are any
};

/// Where queues are, and what time it is there.
struct QueueNode {
  std::string name;
  Timestamp now;
};
inline QueueNode queue_node(const Call& call) {
  return {call.about.node_name, call.here.clock().wall_now()};
}

boost::json::object json_of(const ShownQueue& shown, const QueueNode& node, const WantedFields& wanted);

/// Whether it takes numbers, or the policy, to say.
bool wants_numbers(const WantedFields& wanted);
bool wants_policy(const WantedFields& wanted);

/// Empty where nothing applies.
routing::EffectivePolicy policy_of(const Call& call, const broker::QueueInfo& queue);

}  // namespace wharf::management
