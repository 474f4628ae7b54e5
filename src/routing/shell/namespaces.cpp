#include "routing/shell/namespaces.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

namespace wharf::routing {

Error no_namespace(std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("vhost '{}' not found", name)};
}

std::shared_ptr<const queue::QueueInfo> Namespace::queue(std::string_view name) const {
  std::optional<DestinationId> id = routes.find(DestinationKind::kQueue, name);
  return id ? queues[*id] : nullptr;
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

Result<Namespaces::Gone> Namespaces::apply(const Change& change) {
  return std::visit([this](const auto& one) { return carry_out(one); }, change);
}

Result<Namespaces::Gone> Namespaces::carry_out(const NamespaceMade& made) {
  by_name_.try_emplace(made.name, RoutingTable(made.name, hash_seed_));
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const NamespaceGone& gone) {
  auto found = by_name_.find(gone.name);
  if (found == by_name_.end()) return fail(no_namespace(gone.name));
  Gone queues = std::move(found->second.queues);
  std::erase(queues, nullptr);
  by_name_.erase(found);
  return queues;
}

Result<Namespaces::Gone> Namespaces::carry_out(const ExchangeMade& made) {
  Result<Namespace*> in = known(made.name_space);
  if (!in) return fail(in.error());
  Result<bool> declared = (*in)->routes.declare(made.exchange);
  if (!declared) return fail(declared.error());
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const ExchangeGone& gone) {
  Result<Namespace*> in = known(gone.name_space);
  if (!in) return fail(in.error());
  Result<Removed> removed = (*in)->routes.delete_exchange(gone.name, false);
  if (!removed) return fail(removed.error());
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const QueueMade& made) {
  Result<Namespace*> in = known(made.queue->name_space);
  if (!in) return fail(in.error());
  DestinationId id = (*in)->routes.add_destination({DestinationKind::kQueue, made.queue->name});
  (*in)->queues.resize(std::max((*in)->queues.size(), (*in)->routes.destination_limit()));
  WHARF_ASSERT(!(*in)->queues[id]);
  (*in)->queues[id] = made.queue;
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const QueueGone& gone) {
  Result<Namespace*> in = known(gone.queue->name_space);
  if (!in) return fail(in.error());
  std::optional<DestinationId> id = (*in)->routes.find(DestinationKind::kQueue, gone.queue->name);
  if (!id || (*in)->queues[*id]->ref != gone.queue->ref) return Gone{};
  (*in)->queues[*id] = nullptr;
  (*in)->routes.remove_destination({DestinationKind::kQueue, gone.queue->name});
  return Gone{gone.queue};
}

Result<Namespaces::Gone> Namespaces::carry_out(const BindingMade& made) {
  Result<Namespace*> in = known(made.name_space);
  if (!in) return fail(in.error());
  Result<Bound> bound = (*in)->routes.bind(made.binding);
  if (!bound) return fail(bound.error());
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const BindingGone& gone) {
  Result<Namespace*> in = known(gone.name_space);
  if (!in) return fail(in.error());
  Result<Removed> removed = (*in)->routes.unbind(gone.binding);
  if (!removed) return fail(removed.error());
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const LogTopicMade& made) {
  (*known(kDefaultNamespace))->routes.add_destination({DestinationKind::kLogTopic, made.name});
  return Gone{};
}

Result<Namespaces::Gone> Namespaces::carry_out(const LogTopicGone& gone) {
  (*known(kDefaultNamespace))->routes.remove_destination({DestinationKind::kLogTopic, gone.name});
  return Gone{};
}

}  // namespace wharf::routing
