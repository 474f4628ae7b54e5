#include "broker/node/histories.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "broker/routed_message.hpp"
#include "model/message_properties.hpp"
#include "routing/core/router.hpp"

namespace wharf::broker {
namespace {

using routing::DestinationKind;

/// Exchanges that delete themselves leave their history behind: it goes when so many have one.
constexpr std::size_t kSweptFrom = 16;

/// Where a message of `exchange`'s source goes by it: chance plays no part that anybody could count on. False: an
/// exchange on its way drops duplicates, and is to be asked first.
bool route(const NamespaceView& view, routing::DestinationId exchange, const MessageView& message,
           const PropertyTable& headers, Timestamp now, std::vector<EnqueuePart>& parts) {
  std::vector<std::string> cc = texts_of(headers, "CC");
  std::vector<std::string_view> keys(cc.begin(), cc.end());
  routing::Router router;
  routing::Routes routes = router.route(*view.routes, exchange, for_routing(message, keys, &headers), 0);
  if (routes.undecided) return false;
  for (routing::DestinationId id : routes.destinations) {
    if (view.routes->destination(id).kind != DestinationKind::kQueue) continue;
    if (const auto& queue = (*view.queues)[id]) parts.push_back(part_for(*queue, message, now));
  }
  return true;
}

}  // namespace

NodeShard& NodeHistories::owner(const RecentHistory::Exchange& exchange) {
  std::size_t hash = std::hash<std::string>()(exchange.name) ^ std::hash<std::string>()(exchange.name_space);
  return shards_.at(hash % shards_.size());
}

void NodeHistories::take(NodeShard& owner, const Entities& entities, std::vector<HistoryEntry> entries) {
  RecentHistory& history = owner.history;
  for (HistoryEntry& entry : entries) {
    history.add({std::move(entry.name_space), std::move(entry.exchange)}, entry.most, std::move(entry.message));
  }
  if (history.exchanges() < owner.sweep_histories_at) return;
  history.forget_if([&](const RecentHistory::Exchange& exchange) {
    std::optional<NamespaceView> view = entities.find(owner.shard, exchange.name_space);
    return !view || view->routes->exchange(exchange.name) == nullptr;
  });
  owner.sweep_histories_at = std::max(kSweptFrom, 2 * history.exchanges());
}

void NodeHistories::remember(runtime::Shard& here, std::vector<HistoryEntry> entries) {
  std::map<ShardIndex, std::vector<HistoryEntry>> by_owner;
  for (HistoryEntry& entry : entries) {
    ShardIndex index = owner({entry.name_space, entry.exchange}).shard.index();
    by_owner[index].push_back(std::move(entry));
  }
  for (auto& [index, portion] : by_owner) {
    NodeShard* shard = &shards_.at(index.value);
    if (&shard->shard == &here) {
      take(*shard, entities_, std::move(portion));
      continue;
    }
    auto work = [there = shard, entities = &entities_, batch = std::move(portion)]() mutable {
      take(*there, *entities, std::move(batch));
    };
    shard->shard.post(std::move(work));
  }
}

runtime::Task<void> NodeHistories::replay(runtime::Shard& here, std::string name_space, routing::Binding binding) {
  RecentHistory::Exchange exchange{name_space, binding.source};
  NodeShard* there = &owner(exchange);
  auto look = [there, exchange] { return there->history.messages_of(exchange); };
  std::vector<queue::Delivery> messages = co_await runtime::call_on(here, there->shard, std::move(look));
  std::vector<EnqueuePart> parts;
  std::vector<ToDeduplicate> to_deduplicate;
  std::optional<NamespaceView> view = entities_.find(here, name_space);
  std::optional<routing::DestinationId> to;
  if (view) to = view->routes->find(binding.destination.kind, binding.destination.name);
  for (const queue::Delivery& one : messages) {
    if (!to) break;  // gone in the meantime
    Result<MessageView> message = message_of(one.record);
    if (!message) continue;
    Timestamp now = here.clock().wall_now();
    if (binding.destination.kind == DestinationKind::kQueue) {
      parts.push_back(part_for(*(*view->queues)[*to], *message, now));
    } else if (binding.destination.kind == DestinationKind::kExchange) {
      PropertyTable headers = properties_of(one.record);
      if (route(*view, *to, *message, headers, now, parts)) continue;
      to_deduplicate.push_back({name_space, binding.destination.name, texts_of(headers, "CC"), one});
    }
  }
  // A queue that is full takes what it takes, as of any publisher.
  if (!parts.empty()) std::ignore = co_await queues_.enqueue(here, std::move(parts));
  if (!to_deduplicate.empty()) std::ignore = co_await deduplication_->pass_on(here, std::move(to_deduplicate));
}

runtime::Task<void> NodeHistories::forget(runtime::Shard& here, std::string name_space, std::string exchange) {
  RecentHistory::Exchange gone{std::move(name_space), std::move(exchange)};
  NodeShard* there = &owner(gone);
  auto work = [there, gone] {
    there->history.forget_if([&](const RecentHistory::Exchange& one) { return one == gone; });
    return true;
  };
  [[maybe_unused]] bool done = co_await runtime::call_on(here, there->shard, std::move(work));
}

}  // namespace wharf::broker
