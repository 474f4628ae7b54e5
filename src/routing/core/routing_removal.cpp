// What a removal would take along, found without removing: drop() and unlink() of a RoutingTable on a list instead of
// on the table. The model test holds the two equal.
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "routing/core/routing_table.hpp"

namespace wharf::routing {

struct RoutingTable::Planned {
  Removed removed;
  std::vector<DestinationId> doomed;
  std::unordered_set<DestinationId> was_doomed;
  std::unordered_set<std::uint32_t> unlinked;
  std::unordered_map<DestinationId, std::size_t> routes_gone;  // by source
};

void RoutingTable::plan_unlink(std::uint32_t binding, Planned& planned) const {
  if (!planned.unlinked.insert(binding).second) return;
  const BindingEntry& entry = bindings_[binding];
  planned.removed.bindings.push_back(told(entry));
  const ExchangeEntry& source = *entries_[entry.source].exchange;
  bool was_last = ++planned.routes_gone[entry.source] == source.routes.size();
  if (!source.exchange.auto_delete || !was_last) return;
  if (planned.was_doomed.insert(entry.source).second) planned.doomed.push_back(entry.source);
}

void RoutingTable::plan_drop(Planned& planned) const {
  while (!planned.doomed.empty()) {
    const Entry& entry = entries_[planned.doomed.back()];
    planned.doomed.pop_back();
    if (entry.exchange) {
      for (const Route& route : entry.exchange->routes) plan_unlink(route.binding, planned);
      planned.removed.exchanges.push_back(entry.exchange->exchange);
    }
    for (std::uint32_t binding : entry.bindings) plan_unlink(binding, planned);
  }
}

Removed RoutingTable::would_go_with(std::span<const Destination> destinations) const {
  Planned planned;
  for (const Destination& destination : destinations) {
    auto id = find(destination.kind, destination.name);
    if (id && planned.was_doomed.insert(*id).second) planned.doomed.push_back(*id);
  }
  plan_drop(planned);
  return std::move(planned.removed);
}

Removed RoutingTable::would_go_with(const Destination& destination) const {
  return would_go_with(std::span(&destination, 1));
}

Result<Removed> RoutingTable::would_go_with(const Binding& binding) const {
  Result<std::optional<std::uint32_t>> slot = slot_of(binding);
  if (!slot) return fail(slot.error());
  Planned planned;
  if (*slot) plan_unlink(**slot, planned);
  plan_drop(planned);
  return std::move(planned.removed);
}

}  // namespace wharf::routing
