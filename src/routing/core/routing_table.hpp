#pragma once
// The routing table of one namespace (RabbitMQ: virtual host): its exchanges, what they can reach, and the bindings
// between. A value without clock, I/O or chance: every node that carries out the same operations has the same table.
// Not synchronised; a shard has its own. `Router` (router.hpp) finds a message's way through it.
//
// Queues and log topics are told of when they come and go; a binding to one that is not known is refused as RabbitMQ
// does. Every destination has a number while it is there, so that who routes can find queues by index instead of by
// name.
//
//   RoutingTable table("/", seed);
//   DestinationId jobs = table.add_destination({DestinationKind::kQueue, "jobs"});
//   table.bind({"amq.topic", {DestinationKind::kQueue, "jobs"}, "job.#", {}});
//   router.route(table, *table.publish_target("amq.topic"), {.routing_key = "job.new"}, random).destinations  // {jobs}
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "routing/core/exchange.hpp"
#include "routing/core/exchange_events.hpp"
#include "routing/core/exchange_rules.hpp"
#include "routing/core/slot_index.hpp"
#include "routing/core/topic_trie.hpp"

namespace wharf::routing {

/// Of an exchange, queue or log topic while it is there; then it may be another's.
using DestinationId = std::uint32_t;

/// What went because something else did: bindings, and exchanges that delete themselves.
struct Removed {
  std::vector<Binding> bindings;
  std::vector<Exchange> exchanges;
};

struct Bound {
  bool added = false;  // false: it was there
  /// So many of the source's last messages, which the caller remembers (Routes::remembered), go to the new destination
  /// now.
  std::uint32_t replay_messages = 0;
};

/// An exchange as Router sees it.
struct ExchangeEntry {
  Exchange exchange;
  ExchangeRules rules;
  std::string alternate_by_argument, alternate_by_policy;  // empty: none
  RouteList routes;                                        // every binding from it
  TopicTrie keys;                                          // the same by key, for direct and topic
  mutable ExchangeCounters traffic = {};                   // who publishes counts: no part of the table's value

  const std::string& alternate() const {
    return alternate_by_argument.empty() ? alternate_by_policy : alternate_by_argument;
  }
};

class RoutingTable {
 public:
  /// `hash_seed`: a random number that nobody outside knows. The ready-made exchanges are there: "", amq.direct,
  /// amq.fanout, amq.topic, amq.headers, amq.match, amq.rabbitmq.trace.
  RoutingTable(std::string name, std::uint64_t hash_seed);

  /// True: it is new; false: it was there, the same. kPreconditionFailed: it is there and different (of the arguments
  /// alternate-exchange counts, and arguments_that_count()); kPolicyViolation: a reserved name; kInvalidRequest,
  /// kInvalidArgument: as exchange_rules says.
  Result<bool> declare(Exchange exchange);
  Result<void> declare_passive(std::string_view name) const;
  /// An exchange that is not there is deleted already. kPreconditionFailed: `if_unused`, and there are bindings from
  /// it.
  Result<Removed> delete_exchange(std::string_view name, bool if_unused);
  /// A policy's alternate exchange, behind the argument's; empty: none. An exchange that is not there has no policy.
  void set_alternate_by_policy(std::string_view exchange, std::string alternate);

  /// A queue or log topic is there now. Its number, the same if it was there.
  DestinationId add_destination(Destination destination);
  /// It is gone, with all bindings to it.
  Removed remove_destination(const Destination& destination);

  Result<Bound> bind(Binding binding);
  /// A binding, source or destination that is not there is unbound already.
  Result<Removed> unbind(Binding binding);

  // What the changes above would say or take along, without doing them: for who must write them down first. The same
  // errors; true: it would be new.
  Result<bool> check_declare(const Exchange& exchange) const;
  Result<bool> check_bind(const Binding& binding) const;
  Result<void> check_delete_exchange(std::string_view name, bool if_unused) const;
  Removed would_go_with(const Destination& destination) const;
  /// If all of them went: more may than with each alone.
  Removed would_go_with(std::span<const Destination> destinations) const;
  Result<Removed> would_go_with(const Binding& binding) const;

  /// Where a client's publish to this exchange starts: kNotFound; kPolicyViolation for an internal one.
  Result<DestinationId> publish_target(std::string_view exchange) const;
  std::optional<DestinationId> find(DestinationKind kind, std::string_view name) const;
  const Destination& destination(DestinationId id) const { return entries_[id].destination; }
  std::uint64_t choice_hash_of(DestinationId id) const { return entries_[id].choice_hash; }
  /// nullptr: not an exchange. Valid until the table changes.
  const ExchangeEntry* exchange(DestinationId id) const { return entries_[id].exchange.get(); }
  const ExchangeEntry* exchange(std::string_view name) const;
  /// Numbers are below this.
  std::size_t destination_limit() const { return entries_.size(); }

  HeadersMode headers_mode_of(const Route& route) const { return bindings_[route.binding].rules.headers; }
  double weight_of(const Route& route) const { return bindings_[route.binding].rules.weight; }
  const PropertyTable& arguments_of(const Route& route) const { return bindings_[route.binding].arguments; }

  // Lists, in no order. The default exchange's implicit bindings are in both.
  std::vector<Exchange> exchanges() const;
  std::size_t exchange_count() const;
  std::vector<Binding> bindings_from(std::string_view exchange) const;
  std::vector<Binding> bindings_to(const Destination& destination) const;
  std::size_t binding_count() const { return bindings_.size() - free_bindings_.size(); }

 private:
  struct Entry {
    Destination destination;
    std::vector<std::uint32_t> bindings;  // to it
    std::unique_ptr<ExchangeEntry> exchange;
    std::uint64_t choice_hash = 0;
    bool present = false;
  };
  struct BindingEntry {
    DestinationId source = 0, destination = 0;
    std::uint32_t at_source = 0, at_destination = 0, at_key = 0;  // where in the three lists it stands
    TopicTrie::Node key = 0;
    std::string routing_key;
    PropertyTable arguments;  // by name
    BindingRules rules;
  };
  struct Ends {
    DestinationId source, destination;
  };

  void add_ready_made();
  void add_exchange(Exchange exchange, ExchangeRules rules);
  Result<void> check_equivalent(const Exchange& current, const Exchange& asked) const;
  Result<void> check_new(const Exchange& asked) const;
  struct Planned;
  void plan_unlink(std::uint32_t binding, Planned& planned) const;
  void plan_drop(Planned& planned) const;
  void drop(DestinationId first, Removed& removed);
  void forget(DestinationId id);

  std::uint64_t name_hash(DestinationKind kind, std::string_view name) const;
  std::uint64_t binding_hash(Ends ends, const Binding& binding) const;
  struct Asked;
  Result<Asked> look_up(Binding binding) const;
  Result<std::optional<std::uint32_t>> slot_of(Binding binding) const;
  std::optional<std::uint32_t> find_binding(Ends ends, const Binding& binding) const;
  RouteList* key_routes(const BindingEntry& entry);
  void link(Ends ends, Binding binding, BindingRules rules);
  void unlink(std::uint32_t binding, Removed& removed);
  Binding told(const BindingEntry& entry) const;

  std::string name_;
  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<DestinationId> free_entries_;
  SlotIndex names_;
  std::vector<BindingEntry> bindings_;
  std::vector<std::uint32_t> free_bindings_;
  SlotIndex identities_;
};

}  // namespace wharf::routing
