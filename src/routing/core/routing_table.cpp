#include "routing/core/routing_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "routing/core/key_hash.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

constexpr std::string_view kReservedPrefix = "amq.";
constexpr std::string_view kAlternate = "alternate-exchange";
constexpr std::uint64_t kChoiceSeed = 0x7175'6575'65;  // the same on every node

std::string in_quotes(std::string_view value) {
  return fmt::format("'{}'", value);
}
std::string in_quotes(bool value) {
  return value ? "'true'" : "'false'";
}

}  // namespace

RoutingTable::RoutingTable(std::string name, std::uint64_t hash_seed) : name_(std::move(name)), seed_(hash_seed) {
  add_ready_made();
}

void RoutingTable::add_ready_made() {
  add_exchange({.name = "", .type = "direct", .durable = true, .arguments = {}},
               {.matching = Matching::kDestinationName, .hashed = {}});
  auto add = [this](std::string name, std::string type, bool internal = false) {
    ExchangeRules rules = *exchange_rules(type, {});
    add_exchange({std::move(name), std::move(type), true, false, internal, {}}, std::move(rules));
  };
  add("amq.direct", "direct");
  add("amq.fanout", "fanout");
  add("amq.topic", "topic");
  add("amq.headers", "headers");
  add("amq.match", "headers");
  add("amq.rabbitmq.trace", "topic", true);
}

std::uint64_t RoutingTable::name_hash(DestinationKind kind, std::string_view name) const {
  return hash_bytes(name, seed_ + static_cast<std::uint64_t>(kind));
}

std::optional<DestinationId> RoutingTable::find(DestinationKind kind, std::string_view name) const {
  return names_.find(name_hash(kind, name), [&](DestinationId id) {
    return entries_[id].destination.kind == kind && entries_[id].destination.name == name;
  });
}

const ExchangeEntry* RoutingTable::exchange(std::string_view name) const {
  auto id = find(DestinationKind::kExchange, name);
  return id ? exchange(*id) : nullptr;
}

DestinationId RoutingTable::add_destination(Destination destination) {
  if (auto known = find(destination.kind, destination.name)) return *known;
  if (free_entries_.empty()) {
    entries_.emplace_back();
    free_entries_.push_back(static_cast<DestinationId>(entries_.size() - 1));
  }
  DestinationId id = free_entries_.back();
  free_entries_.pop_back();
  names_.insert(name_hash(destination.kind, destination.name), id);
  entries_[id].choice_hash = hash_bytes(destination.name, kChoiceSeed + static_cast<std::uint64_t>(destination.kind));
  entries_[id].destination = std::move(destination);
  entries_[id].present = true;
  return id;
}

void RoutingTable::forget(DestinationId id) {
  const Destination& gone = entries_[id].destination;
  names_.erase(name_hash(gone.kind, gone.name), id);
  entries_[id] = {};
  free_entries_.push_back(id);
}

// --- exchanges

void RoutingTable::add_exchange(Exchange exchange, ExchangeRules rules) {
  DestinationId id = add_destination({DestinationKind::kExchange, exchange.name});
  const PropertyValue* alternate = find_property(exchange.arguments, kAlternate);
  std::string by_argument = alternate && alternate->text() ? *alternate->text() : "";
  entries_[id].exchange = std::make_unique<ExchangeEntry>(
      ExchangeEntry{std::move(exchange), std::move(rules), std::move(by_argument), {}, {}, TopicTrie(seed_)});
}

Result<bool> RoutingTable::check_declare(const Exchange& asked) const {
  if (auto known = check_type(asked.type); !known) return fail(known.error());
  if (asked.name.empty()) return fail(default_exchange_refused());
  if (const ExchangeEntry* current = exchange(asked.name)) {
    if (auto same = check_equivalent(current->exchange, asked); !same) return fail(same.error());
    return false;
  }
  if (auto fits = check_new(asked); !fits) return fail(fits.error());
  if (auto rules = exchange_rules(asked.type, asked.arguments); !rules) return fail(rules.error());
  return true;
}

Result<bool> RoutingTable::declare(Exchange asked) {
  Result<bool> is_new = check_declare(asked);
  if (!is_new || !*is_new) return is_new;
  ExchangeRules rules = *exchange_rules(asked.type, asked.arguments);
  add_exchange(std::move(asked), std::move(rules));
  return true;
}

Result<void> RoutingTable::check_equivalent(const Exchange& current, const Exchange& asked) const {
  auto differs = [&](std::string_view argument, std::string_view received, std::string_view is) {
    return fail(inequivalent(argument, current.name, name_, received, is));
  };
  if (asked.type != current.type) return differs("type", in_quotes(asked.type), in_quotes(current.type));
  if (asked.durable != current.durable) return differs("durable", in_quotes(asked.durable), in_quotes(current.durable));
  if (asked.auto_delete != current.auto_delete) {
    return differs("auto_delete", in_quotes(asked.auto_delete), in_quotes(current.auto_delete));
  }
  if (asked.internal != current.internal)
    return differs("internal", in_quotes(asked.internal), in_quotes(current.internal));
  auto check = [&](std::string_view argument) -> Result<void> {
    const PropertyValue* received = find_property(asked.arguments, argument);
    const PropertyValue* is = find_property(current.arguments, argument);
    if ((!received && !is) || (received && is && same_value(*received, *is))) return {};
    return differs(argument, received_or_none(received, is), received_or_none(is, received));
  };
  for (std::string_view argument : arguments_that_count(current.type)) {
    if (auto same = check(argument); !same) return same;
  }
  return check(kAlternate);
}

Result<void> RoutingTable::check_new(const Exchange& asked) const {
  if (asked.name.starts_with(kReservedPrefix)) {
    return fail(ErrorCode::kPolicyViolation,
                fmt::format("exchange name '{}' contains reserved prefix 'amq.*'", asked.name));
  }
  const PropertyValue* alternate = find_property(asked.arguments, kAlternate);
  if (alternate && !alternate->text()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("invalid type '{}' for arg '{}' in {}", field_type(*alternate), kAlternate,
                            resource(DestinationKind::kExchange, asked.name, name_)));
  }
  return {};
}

Result<void> RoutingTable::declare_passive(std::string_view name) const {
  if (name.empty()) return fail(default_exchange_refused());
  if (!exchange(name)) return fail(not_found(DestinationKind::kExchange, name, name_));
  return {};
}

Result<void> RoutingTable::check_delete_exchange(std::string_view name, bool if_unused) const {
  if (name.empty()) return fail(default_exchange_refused());
  if (name.starts_with(kReservedPrefix)) {
    return fail(ErrorCode::kPolicyViolation,
                fmt::format("deletion of system {} not allowed", resource(DestinationKind::kExchange, name, name_)));
  }
  const ExchangeEntry* there = exchange(name);
  if (there && if_unused && !there->routes.empty()) {
    return fail(ErrorCode::kPreconditionFailed,
                fmt::format("{} in use", resource(DestinationKind::kExchange, name, name_)));
  }
  return {};
}

Result<Removed> RoutingTable::delete_exchange(std::string_view name, bool if_unused) {
  if (auto may = check_delete_exchange(name, if_unused); !may) return fail(may.error());
  Removed removed;
  if (auto id = find(DestinationKind::kExchange, name)) drop(*id, removed);
  return removed;
}

void RoutingTable::set_alternate_by_policy(std::string_view name, std::string alternate) {
  if (auto id = find(DestinationKind::kExchange, name))
    entries_[*id].exchange->alternate_by_policy = std::move(alternate);
}

Result<DestinationId> RoutingTable::publish_target(std::string_view name) const {
  auto id = find(DestinationKind::kExchange, name);
  if (!id) return fail(not_found(DestinationKind::kExchange, name, name_));
  if (entries_[*id].exchange->exchange.internal) {
    return fail(ErrorCode::kPolicyViolation,
                fmt::format("cannot publish to internal {}", resource(DestinationKind::kExchange, name, name_)));
  }
  return *id;
}

Removed RoutingTable::remove_destination(const Destination& destination) {
  Removed removed;
  if (destination.kind == DestinationKind::kExchange) return removed;
  if (auto id = find(destination.kind, destination.name)) drop(*id, removed);
  return removed;
}

/// One goes, and with it auto-delete exchanges that lose their last binding; those in turn. A list, as the chain may be
/// long.
void RoutingTable::drop(DestinationId first, Removed& removed) {
  std::vector<DestinationId> doomed{first};
  while (!doomed.empty()) {
    DestinationId id = doomed.back();
    doomed.pop_back();
    ExchangeEntry* exchange = entries_[id].exchange.get();
    while (exchange && !exchange->routes.empty()) unlink(exchange->routes.back().binding, removed);
    while (!entries_[id].bindings.empty()) {
      DestinationId source = bindings_[entries_[id].bindings.back()].source;
      unlink(entries_[id].bindings.back(), removed);
      const ExchangeEntry& from = *entries_[source].exchange;
      if (from.exchange.auto_delete && from.routes.empty()) doomed.push_back(source);
    }
    if (exchange) removed.exchanges.push_back(std::move(exchange->exchange));
    forget(id);
  }
}

std::vector<Exchange> RoutingTable::exchanges() const {
  std::vector<Exchange> all;
  for (const Entry& entry : entries_) {
    if (entry.exchange) all.push_back(entry.exchange->exchange);
  }
  return all;
}

std::size_t RoutingTable::exchange_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const Entry& entry) { return bool(entry.exchange); }));
}

}  // namespace wharf::routing
