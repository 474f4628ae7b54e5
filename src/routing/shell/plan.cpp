#include "routing/shell/plan.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "model/utf8.hpp"
#include "queue/core/retry_delays.hpp"
#include "routing/core/policy_keys.hpp"
#include "routing/core/refusals.hpp"
#include "routing/shell/definitions.hpp"
#include "routing/shell/policy_definitions.hpp"

namespace wharf::routing {
namespace {

using Definitions = std::vector<cluster::Definition>;

bool is_ready_made(const Exchange& exchange) {
  return exchange.name.empty() || exchange.name.starts_with("amq.");
}

bool survives(const Namespace& in, const Destination& destination) {
  if (destination.kind == DestinationKind::kLogTopic) return true;
  if (destination.kind == DestinationKind::kQueue) {
    std::shared_ptr<const queue::QueueInfo> queue = in.queue(destination.name);
    return queue && queue->survives();
  }
  const ExchangeEntry* exchange = in.routes.exchange(destination.name);
  return exchange && exchange->exchange.durable;
}

/// A binding outlives a restart where both its ends do.
bool survives(const Namespace& in, const Binding& binding) {
  return survives(in, Destination{DestinationKind::kExchange, binding.source}) && survives(in, binding.destination);
}

void forget(std::string_view name_space, const Namespace& in, const Removed& removed, Definitions& definitions) {
  for (const Binding& binding : removed.bindings) {
    if (survives(in, binding)) definitions.push_back({binding_key(name_space, binding), std::nullopt});
  }
  for (const Exchange& exchange : removed.exchanges) {
    if (exchange.durable) definitions.push_back({exchange_key(name_space, exchange.name), std::nullopt});
  }
}

Result<const Namespace*> known(const Namespaces& now, std::string_view name) {
  const Namespace* found = now.find(name);
  if (found == nullptr) return fail(no_namespace(name));
  return found;
}

/// Changes that do not run into each other, as one.
void add(Plan& all, Plan one) {
  std::ranges::move(one.changes, std::back_inserter(all.changes));
  std::ranges::move(one.definitions, std::back_inserter(all.definitions));
}

}  // namespace

Error is_of_other_type(const queue::QueueInfo& queue, std::string_view received, std::string_view current) {
  return {ErrorCode::kPreconditionFailed,
          fmt::format("inequivalent arg 'x-queue-type' for {}: received '{}' but current is '{}'",
                      resource(DestinationKind::kQueue, queue.name, queue.name_space), received, current)};
}

Result<Plan> plan_declare_queue(const Namespaces& now, std::shared_ptr<const queue::QueueInfo> queue) {
  Result<const Namespace*> in = known(now, queue->name_space);
  if (!in) return fail(in.error());
  Plan plan;
  plan.queue = (*in)->queue(queue->name);
  if (plan.queue) return plan;
  if ((*in)->routes.find(DestinationKind::kLogTopic, queue->name))
    return fail(is_of_other_type(*queue, queue->type, "stream"));
  if (queue->survives()) plan.definitions.push_back(definition_of(*queue));
  plan.queue = queue;
  plan.changes.emplace_back(QueueMade{std::move(queue)});
  return plan;
}

Result<Plan> plan_declare_queues(const Namespaces& now,
                                 const std::vector<std::shared_ptr<const queue::QueueInfo>>& queues) {
  Plan all;
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const std::shared_ptr<const queue::QueueInfo>& queue : queues) {
    if (!names.emplace(queue->name_space, queue->name).second) continue;
    Result<Plan> one = plan_declare_queue(now, queue);
    if (!one) return one;
    add(all, std::move(*one));
  }
  return all;
}

Plan plan_delete_queues(const Namespaces& now, const std::vector<std::shared_ptr<const queue::QueueInfo>>& queues) {
  Plan plan;
  std::map<std::string_view, std::vector<Destination>> by_namespace;
  for (const std::shared_ptr<const queue::QueueInfo>& queue : queues) {
    by_namespace[queue->name_space].push_back({DestinationKind::kQueue, queue->name});
    if (queue->survives()) plan.definitions.push_back({queue_key(queue->name_space, queue->name), std::nullopt});
    plan.changes.emplace_back(QueueGone{queue});
  }
  for (const auto& [name_space, destinations] : by_namespace) {
    const Namespace& in = *now.find(name_space);
    forget(name_space, in, in.routes.would_go_with(destinations), plan.definitions);
  }
  return plan;
}

Result<Plan> plan_delete_queue(const Namespaces& now, std::string_view name_space, std::string_view name,
                               QueueCondition condition) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  std::shared_ptr<const queue::QueueInfo> queue = (*in)->queue(name);
  if (!queue) return Plan{};
  Plan plan = plan_delete_queues(now, {queue});
  plan.queue = std::move(queue);
  plan.condition = condition;
  return plan;
}

Result<Plan> plan_declare_exchange(const Namespaces& now, std::string_view name_space, const Exchange& exchange) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  Result<bool> is_new = (*in)->routes.check_declare(exchange);
  if (!is_new) return fail(is_new.error());
  Plan plan;
  if (!*is_new) return plan;
  if (exchange.durable) plan.definitions.push_back(definition_of(name_space, exchange));
  plan.changes.emplace_back(ExchangeMade{std::string(name_space), exchange});
  return plan;
}

Result<Plan> plan_delete_exchange(const Namespaces& now, std::string_view name_space, std::string_view name,
                                  bool if_unused) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  Result<void> may = (*in)->routes.check_delete_exchange(name, if_unused);
  if (!may) return fail(may.error());
  Plan plan;
  if ((*in)->routes.exchange(name) == nullptr) return plan;
  Removed removed = (*in)->routes.would_go_with({DestinationKind::kExchange, std::string(name)});
  forget(name_space, **in, removed, plan.definitions);
  plan.changes.emplace_back(ExchangeGone{std::string(name_space), std::string(name)});
  return plan;
}

Result<Plan> plan_bind(const Namespaces& now, std::string_view name_space, const Binding& binding) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  Result<bool> is_new = (*in)->routes.check_bind(binding);
  if (!is_new) return fail(is_new.error());
  Plan plan;
  if (!*is_new) return plan;
  if (survives(**in, binding)) plan.definitions.push_back(definition_of(name_space, binding));
  plan.changes.emplace_back(BindingMade{std::string(name_space), binding});
  return plan;
}

Result<Plan> plan_bind_all(const Namespaces& now, std::string_view name_space, const std::vector<Binding>& bindings) {
  Plan all;
  std::set<std::string> keys;
  for (const Binding& binding : bindings) {
    if (!keys.insert(binding_key(name_space, binding)).second) continue;
    Result<Plan> one = plan_bind(now, name_space, binding);
    if (!one) return one;
    add(all, std::move(*one));
  }
  return all;
}

Result<Plan> plan_unbind(const Namespaces& now, std::string_view name_space, const Binding& binding) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  Result<Removed> removed = (*in)->routes.would_go_with(binding);
  if (!removed) return fail(removed.error());
  Plan plan;
  if (removed->bindings.empty()) return plan;
  forget(name_space, **in, *removed, plan.definitions);
  plan.changes.emplace_back(BindingGone{std::string(name_space), binding});
  return plan;
}

Result<Plan> plan_set_policy(const Namespaces& now, PolicyKind kind, std::string_view name_space,
                             ActivePolicyPointer policy) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  Result<void> possible = check_policy(kind, policy->policy);
  if (!possible) return fail(possible.error());
  auto retries = queue::retry_delays_of(policy->policy.definition);
  if (!retries) return fail(retries.error());
  Plan plan;
  ActivePolicyPointer there = (*in)->policies.find(kind, policy->policy.name);
  plan.replaces = there != nullptr;
  if (there && there->policy == policy->policy) return plan;
  plan.definitions.push_back(definition_of(kind, name_space, policy->policy));
  plan.changes.emplace_back(PolicySet{std::string(name_space), kind, std::move(policy)});
  return plan;
}

Result<Plan> plan_clear_policy(const Namespaces& now, PolicyKind kind, std::string_view name_space,
                               std::string_view name) {
  Result<const Namespace*> in = known(now, name_space);
  if (!in) return fail(in.error());
  if ((*in)->policies.find(kind, name) == nullptr) {
    return fail(ErrorCode::kNotFound, fmt::format("no policy '{}' in vhost '{}'", name, name_space));
  }
  Plan plan;
  plan.definitions.push_back({policy_key(kind, name_space, name), std::nullopt});
  plan.changes.emplace_back(PolicyCleared{std::string(name_space), kind, std::string(name)});
  return plan;
}

/// AMQP's: connection.open names it by a short string.
constexpr std::size_t kNamespaceNameBytesMax = 255;

Result<Plan> plan_create_namespace(const Namespaces& now, std::string_view name,
                                   const std::vector<std::string>& topics) {
  if (name.empty() || name.size() > kNamespaceNameBytesMax || !is_utf8(name)) {
    return fail(ErrorCode::kInvalidName,
                fmt::format("the name of a vhost has 1 to {} bytes of UTF-8", kNamespaceNameBytesMax));
  }
  if (now.find(name)) return fail(ErrorCode::kAlreadyExists, fmt::format("vhost '{}' already exists", name));
  Plan plan;
  NamespaceMade made{.name = std::string(name)};
  plan.definitions.push_back(definition_of(made));
  plan.changes.emplace_back(std::move(made));
  for (const std::string& topic : topics) plan.changes.emplace_back(LogTopicMade{std::string(name), topic});
  return plan;
}

Result<Plan> plan_set_default_queue_type(const Namespaces& now, std::string_view name, std::string_view type) {
  Result<const Namespace*> in = known(now, name);
  if (!in) return fail(in.error());
  Plan plan;
  if ((*in)->default_queue_type == type) return plan;
  NamespaceMade told{.name = std::string(name), .default_queue_type = std::string(type)};
  plan.definitions.push_back(definition_of(told));
  plan.changes.emplace_back(std::move(told));
  return plan;
}

Result<Plan> plan_delete_namespace(const Namespaces& now, std::string_view name) {
  Result<const Namespace*> in = known(now, name);
  if (!in) return fail(in.error());
  if (name == kDefaultNamespace) return fail(ErrorCode::kPolicyViolation, "the default vhost '/' cannot be deleted");
  Plan plan;
  Removed all;
  for (Exchange& exchange : (*in)->routes.exchanges()) {
    if (exchange.name.empty()) continue;
    std::ranges::move((*in)->routes.bindings_from(exchange.name), std::back_inserter(all.bindings));
    if (!is_ready_made(exchange)) all.exchanges.push_back(std::move(exchange));
  }
  forget(name, **in, all, plan.definitions);
  for (const std::shared_ptr<const queue::QueueInfo>& queue : (*in)->queues) {
    if (queue && queue->survives()) plan.definitions.push_back({queue_key(name, queue->name), std::nullopt});
  }
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    for (const ActivePolicyPointer& policy : (*in)->policies.list(kind)) {
      plan.definitions.push_back({policy_key(kind, name, policy->policy.name), std::nullopt});
    }
  }
  plan.definitions.push_back({namespace_key(name), std::nullopt});
  plan.emptied = name;
  plan.changes.emplace_back(NamespaceGone{std::string(name)});
  return plan;
}

Plan plan_topics(const Namespaces& now, const std::vector<TopicName>& gone, const std::vector<TopicName>& made) {
  Plan plan;
  std::map<std::string_view, std::vector<Destination>> by_namespace;
  for (const auto& [name_space, name] : gone) {
    if (now.find(name_space) == nullptr) continue;
    by_namespace[name_space].push_back({DestinationKind::kLogTopic, name});
    plan.changes.emplace_back(LogTopicGone{name_space, name});
  }
  for (const auto& [name_space, destinations] : by_namespace) {
    const Namespace& in = *now.find(name_space);
    forget(name_space, in, in.routes.would_go_with(destinations), plan.definitions);
  }
  for (const auto& [name_space, name] : made) {
    if (now.find(name_space)) plan.changes.emplace_back(LogTopicMade{name_space, name});
  }
  return plan;
}

}  // namespace wharf::routing
