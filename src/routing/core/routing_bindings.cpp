// Bindings of a RoutingTable: each stands in four places, its source's list, its destination's, its key's and the index
// of identities, and knows where, so that it leaves each without a search.
#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "routing/core/key_hash.hpp"
#include "routing/core/refusals.hpp"
#include "routing/core/routing_table.hpp"

namespace wharf::routing {
namespace {

bool names_default(const Binding& binding) {
  return binding.source.empty() ||
         (binding.destination.kind == DestinationKind::kExchange && binding.destination.name.empty());
}

}  // namespace

PropertyTable by_name(PropertyTable arguments) {
  std::vector<std::size_t> order(arguments.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t at) { return std::pair(std::string_view(arguments[at].name), at); });
  PropertyTable sorted;
  sorted.reserve(arguments.size());
  for (std::size_t at : order) sorted.push_back(arguments[at]);
  return sorted;
}

std::uint64_t RoutingTable::binding_hash(Ends ends, const Binding& binding) const {
  std::uint64_t hash = mix(seed_, static_cast<std::uint64_t>(ends.source) << 32 | ends.destination);
  return hash_table(binding.arguments, hash_bytes(binding.routing_key, hash));
}

std::optional<std::uint32_t> RoutingTable::find_binding(Ends ends, const Binding& binding) const {
  return identities_.find(binding_hash(ends, binding), [&](std::uint32_t slot) {
    const BindingEntry& entry = bindings_[slot];
    return entry.source == ends.source && entry.destination == ends.destination &&
           entry.routing_key == binding.routing_key && entry.arguments == binding.arguments;
  });
}

/// What a binding names, found; `rules` of its source's type.
struct RoutingTable::Asked {
  Ends ends;
  BindingRules rules;
  Binding binding;  // arguments by name
  std::uint32_t history_messages = 0;
};

Result<RoutingTable::Asked> RoutingTable::look_up(Binding binding) const {
  if (names_default(binding)) return fail(default_exchange_refused());
  auto source = find(DestinationKind::kExchange, binding.source);
  if (!source) return fail(not_found(DestinationKind::kExchange, binding.source, name_));
  auto destination = find(binding.destination.kind, binding.destination.name);
  if (!destination) return fail(not_found(binding.destination.kind, binding.destination.name, name_));
  const ExchangeRules& exchange = entries_[*source].exchange->rules;
  auto rules = binding_rules(exchange, binding.routing_key, binding.arguments);
  if (!rules) return fail(rules.error());
  binding.arguments = by_name(std::move(binding.arguments));
  return Asked{{*source, *destination}, *rules, std::move(binding), exchange.history_messages};
}

Result<bool> RoutingTable::check_bind(const Binding& binding) const {
  Result<Asked> asked = look_up(binding);
  if (!asked) return fail(asked.error());
  return !find_binding(asked->ends, asked->binding);
}

Result<Bound> RoutingTable::bind(Binding binding) {
  Result<Asked> asked = look_up(std::move(binding));
  if (!asked) return fail(asked.error());
  if (find_binding(asked->ends, asked->binding)) return Bound{};
  link(asked->ends, std::move(asked->binding), asked->rules);
  return Bound{.added = true, .replay_messages = asked->history_messages};
}

/// A binding that is there; none: it is not, or an end of it is not.
Result<std::optional<std::uint32_t>> RoutingTable::slot_of(Binding binding) const {
  if (names_default(binding)) return fail(default_exchange_refused());
  auto source = find(DestinationKind::kExchange, binding.source);
  auto destination = find(binding.destination.kind, binding.destination.name);
  if (!source || !destination) return std::nullopt;
  binding.arguments = by_name(std::move(binding.arguments));
  return find_binding({*source, *destination}, binding);
}

Result<Removed> RoutingTable::unbind(Binding binding) {
  Result<std::optional<std::uint32_t>> slot = slot_of(std::move(binding));
  if (!slot) return fail(slot.error());
  Removed removed;
  if (!*slot) return removed;
  DestinationId source = bindings_[**slot].source;
  unlink(**slot, removed);
  const ExchangeEntry& from = *entries_[source].exchange;
  if (from.exchange.auto_delete && from.routes.empty()) drop(source, removed);
  return removed;
}

/// The list of the bindings with this key, for types that look up by key.
RouteList* RoutingTable::key_routes(const BindingEntry& entry) {
  ExchangeEntry& source = *entries_[entry.source].exchange;
  bool by_key = source.rules.matching == Matching::kDirect || source.rules.matching == Matching::kTopic;
  return by_key ? &source.keys.routes(entry.key) : nullptr;
}

void RoutingTable::link(Ends ends, Binding binding, BindingRules rules) {
  identities_.insert(binding_hash(ends, binding), [&] {
    if (free_bindings_.empty()) {
      bindings_.emplace_back();
      free_bindings_.push_back(static_cast<std::uint32_t>(bindings_.size() - 1));
    }
    return free_bindings_.back();
  }());
  std::uint32_t slot = free_bindings_.back();
  free_bindings_.pop_back();
  Route route{slot, ends.destination * 2 + (binding.destination.kind == DestinationKind::kExchange ? 1 : 0)};
  ExchangeEntry& source = *entries_[ends.source].exchange;
  std::vector<std::uint32_t>& to_destination = entries_[ends.destination].bindings;
  BindingEntry& entry = bindings_[slot];
  entry = {.source = ends.source,
           .destination = ends.destination,
           .at_source = static_cast<std::uint32_t>(source.routes.size()),
           .at_destination = static_cast<std::uint32_t>(to_destination.size()),
           .routing_key = std::move(binding.routing_key),
           .arguments = std::move(binding.arguments),
           .rules = rules};
  source.routes.push_back(route);
  to_destination.push_back(slot);
  if (source.rules.matching == Matching::kDirect) entry.key = source.keys.literal(entry.routing_key);
  if (source.rules.matching == Matching::kTopic) entry.key = source.keys.pattern(entry.routing_key);
  if (RouteList* same_key = key_routes(entry)) {
    entry.at_key = static_cast<std::uint32_t>(same_key->size());
    same_key->push_back(route);
  }
}

void RoutingTable::unlink(std::uint32_t slot, Removed& removed) {
  BindingEntry& entry = bindings_[slot];
  removed.bindings.push_back(told(entry));
  identities_.erase(binding_hash({entry.source, entry.destination}, removed.bindings.back()), slot);

  // In each list the last one takes the place of the one that goes.
  RouteList& from_source = entries_[entry.source].exchange->routes;
  bindings_[from_source.back().binding].at_source = entry.at_source;
  from_source[entry.at_source] = from_source.back();
  from_source.pop_back();

  std::vector<std::uint32_t>& to_destination = entries_[entry.destination].bindings;
  bindings_[to_destination.back()].at_destination = entry.at_destination;
  to_destination[entry.at_destination] = to_destination.back();
  to_destination.pop_back();

  if (RouteList* same_key = key_routes(entry)) {
    bindings_[same_key->back().binding].at_key = entry.at_key;
    (*same_key)[entry.at_key] = same_key->back();
    same_key->pop_back();
    entries_[entry.source].exchange->keys.prune(entry.key);
  }
  entry = {};
  free_bindings_.push_back(slot);
}

Binding RoutingTable::told(const BindingEntry& entry) const {
  return {entries_[entry.source].destination.name, entries_[entry.destination].destination, entry.routing_key,
          entry.arguments};
}

std::vector<Binding> RoutingTable::bindings_from(std::string_view name) const {
  std::vector<Binding> found;
  if (name.empty()) {
    for (const Entry& entry : entries_) {
      if (entry.present && !entry.exchange) found.push_back({"", entry.destination, entry.destination.name, {}});
    }
  } else if (const ExchangeEntry* source = exchange(name)) {
    for (const Route& route : source->routes) found.push_back(told(bindings_[route.binding]));
  }
  return found;
}

std::vector<Binding> RoutingTable::bindings_to(const Destination& destination) const {
  std::vector<Binding> found;
  auto id = find(destination.kind, destination.name);
  if (!id) return found;
  if (destination.kind != DestinationKind::kExchange) found.push_back({"", destination, destination.name, {}});
  for (std::uint32_t slot : entries_[*id].bindings) found.push_back(told(bindings_[slot]));
  return found;
}

}  // namespace wharf::routing
