#pragma once
// What is to be done about a request, decided by what the namespaces hold; nothing is changed yet. So a change can be
// written down before it is made.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/metadata/metadata_record.hpp"
#include "model/error.hpp"
#include "queue/core/queue_info.hpp"
#include "routing/core/exchange.hpp"
#include "routing/core/policy.hpp"
#include "routing/shell/change.hpp"
#include "routing/shell/namespaces.hpp"

namespace wharf::routing {

/// What must be so for a queue to be deleted; kPreconditionFailed otherwise.
struct QueueCondition {
  bool unused = false;  // it has no consumers
  bool empty = false;   // it has no messages
};

/// Of a log topic: namespace and name.
using TopicName = std::pair<std::string, std::string>;

struct Plan {
  std::vector<Change> changes;                    // none: it is as asked for already
  std::vector<cluster::Definition> definitions;   // to be kept first
  std::shared_ptr<const queue::QueueInfo> queue;  // declared, there, or to be deleted
  QueueCondition condition;                       // of `queue`
  std::optional<std::string> emptied;  // a namespace whose log topics are removed in the write of the definitions
  bool replaces = false;               // what is made was there, otherwise
  bool goes_anyway = false;  // made true even where the definitions, which say what is gone, cannot be written now
};

// Errors are those of RoutingTable, and kNotFound for the namespace.
/// `queue` unless one of this name is there. kPreconditionFailed: it is a log topic's name.
Result<Plan> plan_declare_queue(const Namespaces& now, std::shared_ptr<const queue::QueueInfo> queue);
/// Why a queue and a log topic, which is a stream, cannot have one name: to AMQP both are queues. kPreconditionFailed.
Error is_of_other_type(const queue::QueueInfo& queue, std::string_view received, std::string_view current);
/// Of many: all of them that are not there, or none.
Result<Plan> plan_declare_queues(const Namespaces& now,
                                 const std::vector<std::shared_ptr<const queue::QueueInfo>>& queues);
Result<Plan> plan_delete_queue(const Namespaces& now, std::string_view name_space, std::string_view name,
                               QueueCondition condition);
/// All of them, which are there.
Plan plan_delete_queues(const Namespaces& now, const std::vector<std::shared_ptr<const queue::QueueInfo>>& queues);
Result<Plan> plan_declare_exchange(const Namespaces& now, std::string_view name_space, const Exchange& exchange);
Result<Plan> plan_delete_exchange(const Namespaces& now, std::string_view name_space, std::string_view name,
                                  bool if_unused);
Result<Plan> plan_bind(const Namespaces& now, std::string_view name_space, const Binding& binding);
Result<Plan> plan_bind_all(const Namespaces& now, std::string_view name_space, const std::vector<Binding>& bindings);
Result<Plan> plan_unbind(const Namespaces& now, std::string_view name_space, const Binding& binding);
/// kInvalidName, kInvalidArgument: check_policy().
Result<Plan> plan_set_policy(const Namespaces& now, PolicyKind kind, std::string_view name_space,
                             ActivePolicyPointer policy);
/// kNotFound: no such policy.
Result<Plan> plan_clear_policy(const Namespaces& now, PolicyKind kind, std::string_view name_space,
                               std::string_view name);
/// kAlreadyExists, kInvalidName. `topics`: log topics that it has from the beginning.
Result<Plan> plan_create_namespace(const Namespaces& now, std::string_view name,
                                   const std::vector<std::string>& topics = {});
/// kNotFound.
Result<Plan> plan_set_default_queue_type(const Namespaces& now, std::string_view name, std::string_view type);
/// kNotFound; kPolicyViolation: the default one.
Result<Plan> plan_delete_namespace(const Namespaces& now, std::string_view name);
/// Topics that are gone already: what was defined about them is to be forgotten. Those of namespaces that are not there
/// are passed over.
Plan plan_topics(const Namespaces& now, const std::vector<TopicName>& gone, const std::vector<TopicName>& made);

}  // namespace wharf::routing
