#include "broker/node/entities.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wharf::broker {
namespace {

QueueInfo info_of(std::string name_space, QueueDeclaration declaration) {
  QueueInfo queue;
  queue.name_space = std::move(name_space);
  queue.name = std::move(declaration.name);
  queue.durable = declaration.durable;
  queue.auto_delete = declaration.auto_delete;
  queue.exclusive = declaration.exclusive;
  queue.type = std::move(declaration.type);
  queue.arguments = std::move(declaration.arguments);
  queue.declared = std::move(declaration.settings);
  return queue;
}

}  // namespace

std::optional<NamespaceView> NodeEntities::find(const runtime::Shard& here, std::string_view name_space) const {
  const routing::Namespace* found = authority_->namespaces(here).find(name_space);
  if (found == nullptr) return std::nullopt;
  return NamespaceView{&found->routes, &found->queues, found->default_queue_type};
}

runtime::Task<Result<DeclaredQueue>> NodeEntities::declare_queue(runtime::Shard& here, std::string name_space,
                                                                 QueueDeclaration declaration) {
  QueueInfo queue = info_of(std::move(name_space), std::move(declaration));
  Result<routing::DeclaredQueue> declared = co_await authority_->declare_queue(here, std::move(queue));
  if (!declared) co_return fail(declared.error());
  co_return DeclaredQueue{std::move(declared->queue), declared->created};
}

runtime::Task<Result<void>> NodeEntities::declare_queues(runtime::Shard& here, std::string name_space,
                                                         std::vector<QueueDeclaration> declarations) {
  std::vector<QueueInfo> queues;
  for (QueueDeclaration& one : declarations) queues.push_back(info_of(name_space, std::move(one)));
  return authority_->declare_queues(here, std::move(queues));
}

runtime::Task<Result<std::uint64_t>> NodeEntities::delete_queue(runtime::Shard& here, std::string name_space,
                                                                std::string name, QueueDeletion how) {
  return authority_->delete_queue(here, std::move(name_space), std::move(name), {how.if_unused, how.if_empty});
}

runtime::Task<void> NodeEntities::delete_unused(runtime::Shard& here, QueueRef queue) {
  return authority_->delete_unused(here, queue.id);
}

runtime::Task<void> NodeEntities::delete_exclusive(runtime::Shard& here, ConnectionId owner) {
  return authority_->delete_exclusive(here, owner);
}

runtime::Task<Result<bool>> NodeEntities::declare_exchange(runtime::Shard& here, std::string name_space,
                                                           routing::Exchange exchange) {
  std::string name = exchange.name;
  Result<bool> created = co_await authority_->declare_exchange(here, name_space, std::move(exchange));
  if (created && *created) co_await begin_anew(here, std::move(name_space), std::move(name));
  co_return created;
}

runtime::Task<Result<void>> NodeEntities::delete_exchange(runtime::Shard& here, std::string name_space,
                                                          std::string name, bool if_unused) {
  Result<void> deleted = co_await authority_->delete_exchange(here, name_space, name, if_unused);
  if (deleted) co_await begin_anew(here, std::move(name_space), std::move(name));
  co_return deleted;
}

/// Another exchange of that name has nothing to do with what this one remembers.
runtime::Task<void> NodeEntities::begin_anew(runtime::Shard& here, std::string name_space, std::string exchange) {
  co_await histories_->forget(here, name_space, exchange);
  co_await deduplication_->forget(here, std::move(name_space), std::move(exchange));
}

runtime::Task<Result<void>> NodeEntities::bind(runtime::Shard& here, std::string name_space, routing::Binding binding) {
  if (!replays(here, name_space, binding)) {
    Result<void> bound = co_await authority_->bind(here, std::move(name_space), std::move(binding));
    co_return bound;
  }
  Result<void> bound = co_await authority_->bind(here, name_space, binding);
  if (bound) co_await histories_->replay(here, std::move(name_space), std::move(binding));
  co_return bound;
}

/// Those that bring messages with them go one by one.
runtime::Task<Result<void>> NodeEntities::bind_all(runtime::Shard& here, std::string name_space,
                                                   std::vector<routing::Binding> bindings) {
  auto alone =
      std::ranges::partition(bindings, [&](const routing::Binding& one) { return !replays(here, name_space, one); });
  std::vector<routing::Binding> rest(std::make_move_iterator(alone.begin()), std::make_move_iterator(alone.end()));
  bindings.erase(alone.begin(), alone.end());
  Result<void> bound = co_await authority_->bind_all(here, name_space, std::move(bindings));
  for (std::size_t i = 0; bound && i < rest.size(); ++i) bound = co_await bind(here, name_space, std::move(rest[i]));
  co_return bound;
}

/// A binding that is not there yet, from an exchange that remembers.
bool NodeEntities::replays(const runtime::Shard& here, std::string_view name_space,
                           const routing::Binding& binding) const {
  std::optional<NamespaceView> view = find(here, name_space);
  const routing::ExchangeEntry* source = view ? view->routes->exchange(binding.source) : nullptr;
  if (source == nullptr || source->rules.history_messages == 0) return false;
  Result<bool> is_new = view->routes->check_bind(binding);
  return is_new && *is_new;
}

runtime::Task<Result<void>> NodeEntities::unbind(runtime::Shard& here, std::string name_space,
                                                 routing::Binding binding) {
  return authority_->unbind(here, std::move(name_space), std::move(binding));
}

std::vector<std::string> NodeEntities::namespaces(const runtime::Shard& here) const {
  return authority_->namespaces(here).names();
}

runtime::Task<Result<void>> NodeEntities::create_namespace(runtime::Shard& here, std::string name) {
  return namespaces_->create(here, std::move(name));
}

runtime::Task<Result<void>> NodeEntities::set_default_queue_type(runtime::Shard& here, std::string name,
                                                                 std::string type) {
  return authority_->set_default_queue_type(here, std::move(name), std::move(type));
}

runtime::Task<Result<void>> NodeEntities::delete_namespace(runtime::Shard& here, std::string name) {
  return namespaces_->remove(here, std::move(name));
}

}  // namespace wharf::broker
