#include "routing/shell/namespaces.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "queue/core/policy_settings.hpp"

namespace wharf::routing {
namespace {

/// By a policy, behind its own argument.
void set_alternate(Namespace& in, std::string_view exchange) {
  EffectivePolicy effective = in.policies.effective({PolicyTarget::kExchange, exchange});
  const PropertyValue* alternate = find_property(effective.definition, "alternate-exchange");
  in.routes.set_alternate_by_policy(exchange, alternate && alternate->text() ? *alternate->text() : "");
}

/// Whether other settings hold for it now.
bool configure(std::shared_ptr<const queue::QueueInfo>& queue, const Namespace& in) {
  queue::QueueSettings settings = in.settings_of(*queue);
  if (settings == queue->settings) return false;
  auto configured = std::make_shared<queue::QueueInfo>(*queue);
  configured->settings = std::move(settings);
  queue = std::move(configured);
  return true;
}

QueueChanges changed_policy(const std::string& name_space, ActivePolicyPointer old, ActivePolicyPointer now) {
  PolicyWalk walk{.name_space = name_space, .changed = {}};
  for (ActivePolicyPointer* one : {&old, &now}) {
    if (*one) walk.changed.push_back(std::move(*one));
  }
  QueueChanges changes;
  changes.walks.push_back(std::move(walk));
  return changes;
}

}  // namespace

Error no_namespace(std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("vhost '{}' not found", name)};
}

std::shared_ptr<const queue::QueueInfo> Namespace::queue(std::string_view name) const {
  std::optional<DestinationId> id = routes.find(DestinationKind::kQueue, name);
  return id ? queues[*id] : nullptr;
}

queue::QueueSettings Namespace::settings_of(const queue::QueueInfo& queue) const {
  if (policies.empty()) return queue::settings_under({}, queue.declared, queue.arguments);
  EffectivePolicy effective = policies.effective(queue_target(queue.name, queue.type));
  return queue::settings_under(effective.definition, queue.declared, queue.arguments);
}

Namespaces::Namespaces(std::uint64_t hash_seed) : hash_seed_(hash_seed) {
  std::ignore = carry_out(NamespaceMade{std::string(kDefaultNamespace)});
}

const Namespace* Namespaces::find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

Result<Namespace*> Namespaces::known(std::string_view name) {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) return fail(no_namespace(name));
  return &found->second;
}

std::vector<std::string> Namespaces::names() const {
  std::vector<std::string> names;
  for (const auto& [name, held] : by_name_) names.push_back(name);
  return names;
}

Result<QueueChanges> Namespaces::apply(const Change& change) {
  return std::visit([this](const auto& one) { return carry_out(one); }, change);
}

std::vector<std::shared_ptr<const queue::QueueInfo>> Namespaces::follow(PolicyWalk& walk, std::size_t most) {
  std::vector<std::shared_ptr<const queue::QueueInfo>> configured;
  Result<Namespace*> found = known(walk.name_space);
  walk.done = !found;  // it has gone with all its queues
  if (walk.done) return configured;
  Namespace& in = **found;
  auto concerns = [&](std::string_view name) {
    return std::ranges::any_of(walk.changed, [&](const ActivePolicyPointer& policy) { return policy->matches(name); });
  };
  std::size_t end = in.routes.destination_limit();
  for (std::size_t looked = 0; looked < most && walk.next < end; ++looked, ++walk.next) {
    const ExchangeEntry* exchange = in.routes.exchange(walk.next);
    // The default exchange leads to queues by their names, and nowhere else.
    if (exchange != nullptr && !exchange->exchange.name.empty() && concerns(exchange->exchange.name))
      set_alternate(in, exchange->exchange.name);
    if (walk.next >= in.queues.size()) continue;
    std::shared_ptr<const queue::QueueInfo>& queue = in.queues[walk.next];
    if (queue && concerns(queue->name) && configure(queue, in)) configured.push_back(queue);
  }
  walk.done = walk.next >= end;
  return configured;
}

Result<QueueChanges> Namespaces::carry_out(const NamespaceMade& made) {
  auto [at, is_new] = by_name_.try_emplace(made.name, RoutingTable(made.name, hash_seed_));
  at->second.default_queue_type = made.default_queue_type;
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const NamespaceGone& gone) {
  auto found = by_name_.find(gone.name);
  if (found == by_name_.end()) return fail(no_namespace(gone.name));
  QueueChanges changes{.gone = std::move(found->second.queues)};
  std::erase(changes.gone, nullptr);
  by_name_.erase(found);
  return changes;
}

Result<QueueChanges> Namespaces::carry_out(const ExchangeMade& made) {
  Result<Namespace*> in = known(made.name_space);
  if (!in) return fail(in.error());
  Result<bool> declared = (*in)->routes.declare(made.exchange);
  if (!declared) return fail(declared.error());
  set_alternate(**in, made.exchange.name);
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const ExchangeGone& gone) {
  Result<Namespace*> in = known(gone.name_space);
  if (!in) return fail(in.error());
  Result<Removed> removed = (*in)->routes.delete_exchange(gone.name, false);
  if (!removed) return fail(removed.error());
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const QueueMade& made) {
  Result<Namespace*> in = known(made.queue->name_space);
  if (!in) return fail(in.error());
  DestinationId id = (*in)->routes.add_destination({DestinationKind::kQueue, made.queue->name});
  (*in)->queues.resize(std::max((*in)->queues.size(), (*in)->routes.destination_limit()));
  WHARF_ASSERT(!(*in)->queues[id]);
  (*in)->queues[id] = made.queue;
  // It was declared by what its shard knew of the policies then.
  QueueChanges changes;
  if (configure((*in)->queues[id], **in)) changes.configured.push_back((*in)->queues[id]);
  return changes;
}

Result<QueueChanges> Namespaces::carry_out(const QueueGone& gone) {
  Result<Namespace*> in = known(gone.queue->name_space);
  if (!in) return fail(in.error());
  std::optional<DestinationId> id = (*in)->routes.find(DestinationKind::kQueue, gone.queue->name);
  if (!id || (*in)->queues[*id]->ref != gone.queue->ref) return QueueChanges{};
  (*in)->queues[*id] = nullptr;
  (*in)->routes.remove_destination({DestinationKind::kQueue, gone.queue->name});
  return QueueChanges{.gone = {gone.queue}};
}

Result<QueueChanges> Namespaces::carry_out(const BindingMade& made) {
  Result<Namespace*> in = known(made.name_space);
  if (!in) return fail(in.error());
  Result<Bound> bound = (*in)->routes.bind(made.binding);
  if (!bound) return fail(bound.error());
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const BindingGone& gone) {
  Result<Namespace*> in = known(gone.name_space);
  if (!in) return fail(in.error());
  Result<Removed> removed = (*in)->routes.unbind(gone.binding);
  if (!removed) return fail(removed.error());
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const LogTopicMade& made) {
  Result<Namespace*> in = known(made.name_space);
  if (!in) return fail(in.error());
  (*in)->routes.add_destination({DestinationKind::kLogTopic, made.name});
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const LogTopicGone& gone) {
  Result<Namespace*> in = known(gone.name_space);
  if (!in) return fail(in.error());
  (*in)->routes.remove_destination({DestinationKind::kLogTopic, gone.name});
  return QueueChanges{};
}

Result<QueueChanges> Namespaces::carry_out(const PolicySet& set) {
  Result<Namespace*> in = known(set.name_space);
  if (!in) return fail(in.error());
  ActivePolicyPointer old = (*in)->policies.find(set.kind, set.policy->policy.name);
  (*in)->policies.set(set.kind, set.policy);
  return changed_policy(set.name_space, std::move(old), set.policy);
}

Result<QueueChanges> Namespaces::carry_out(const PolicyCleared& cleared) {
  Result<Namespace*> in = known(cleared.name_space);
  if (!in) return fail(in.error());
  ActivePolicyPointer old = (*in)->policies.find(cleared.kind, cleared.name);
  (*in)->policies.clear(cleared.kind, cleared.name);
  return changed_policy(cleared.name_space, std::move(old), nullptr);
}

}  // namespace wharf::routing
