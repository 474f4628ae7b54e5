// Any order of declare, bind, unbind, delete and of queues that come and go: the table agrees with plain lists that are
// searched from end to end, about what there is, what went along, and where messages go.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "routing/core/router.hpp"
#include "routing/core/topic_reference_testing.hpp"

namespace wharf::routing {
namespace {

struct Command {
  std::uint8_t what, a, b, c;
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << int(command.what) << "/" << int(command.a) << "/" << int(command.b) << "/" << int(command.c);
}

const std::vector<std::string> kExchanges = {"amq.topic", "amq.direct", "e0", "e1", "e2"};
const std::vector<std::string> kTypes = {"direct", "fanout", "topic", "headers"};
const std::vector<std::string> kKeys = {"", "a.b", "a.*", "*.b.#"};

/// The namespace as lists.
struct Model {
  std::vector<Exchange> exchanges;
  std::vector<Binding> bindings;
  std::set<Destination> places;  // queues and log topics

  Exchange* exchange(const std::string& name) {
    auto found = std::ranges::find(exchanges, name, &Exchange::name);
    return found == exchanges.end() ? nullptr : &*found;
  }
  bool is_source(const std::string& name) const {
    return std::ranges::find(bindings, name, &Binding::source) != bindings.end();
  }
  bool has(const Binding& binding) const { return std::ranges::find(bindings, binding) != bindings.end(); }

  void remove_binding(const Binding& binding) {
    std::erase(bindings, binding);
    Exchange* source = exchange(binding.source);
    if (source && source->auto_delete && !is_source(source->name)) remove_exchange(source->name);
  }
  void remove_exchange(std::string name) {
    std::erase_if(exchanges, [&](const Exchange& one) { return one.name == name; });
    std::erase_if(bindings, [&](const Binding& one) { return one.source == name; });
    remove_bindings_to({DestinationKind::kExchange, name});
  }
  void remove_bindings_to(const Destination& destination) {
    for (const Binding& binding : std::vector(bindings)) {
      if (binding.destination == destination && has(binding)) remove_binding(binding);
    }
  }

  bool matches(const Exchange& source, const Binding& binding, const MessageView& message) const {
    if (source.type == "fanout") return true;
    if (source.type == "direct") return binding.routing_key == message.routing_key;
    if (source.type == "topic") return testing::topic_matches(binding.routing_key, message.routing_key);
    const PropertyValue* header = find_property(*message.headers, "h");
    for (const Property& asked : binding.arguments) {
      if (!header || integer_of(*header) != integer_of(asked.value)) return false;
    }
    return true;
  }
  std::set<Destination> route(const std::string& start, const MessageView& message) {
    std::set<Destination> reached;
    std::vector<Destination> to_visit{{DestinationKind::kExchange, start}};
    std::set<Destination> seen(to_visit.begin(), to_visit.end());
    while (!to_visit.empty()) {
      Destination at = to_visit.back();
      to_visit.pop_back();
      if (at.kind != DestinationKind::kExchange) {
        reached.insert(at);
        continue;
      }
      const Exchange& source = *exchange(at.name);
      std::vector<Destination> next;
      for (const Binding& binding : bindings) {
        if (binding.source == at.name && matches(source, binding, message)) next.push_back(binding.destination);
      }
      const PropertyValue* alternate = find_property(source.arguments, "alternate-exchange");
      if (next.empty() && alternate && exchange(*alternate->text())) {
        next.push_back({DestinationKind::kExchange, *alternate->text()});
      }
      for (const Destination& one : next) {
        if (seen.insert(one).second) to_visit.push_back(one);
      }
    }
    return reached;
  }
};

class World {
 public:
  World() {
    for (std::string name : {"amq.topic", "amq.direct"}) {
      model_.exchanges.push_back({.name = name, .type = name.substr(4), .durable = true, .arguments = {}});
    }
  }

  void carry_out(const Command& command) {
    std::string name = kExchanges[command.a % kExchanges.size()];
    switch (command.what % 8) {
      case 0:
      case 1:
        return declare(name, command);
      case 2:
        return come_or_go(place(command.b), command.c % 8 == 0);
      case 3:
        return delete_exchange(name, command.c % 2 == 0);
      case 4:
        return unbind(binding(name, command));
      default:
        return bind(binding(name, command));
    }
  }

  void compare() {
    RC_ASSERT(table_.exchanges().size() == model_.exchanges.size() + 5);
    RC_ASSERT(table_.binding_count() == model_.bindings.size());
    for (const std::string& name : kExchanges) {
      const ExchangeEntry* there = table_.exchange(name);
      RC_ASSERT((there != nullptr) == (model_.exchange(name) != nullptr));
      if (there) RC_ASSERT(there->exchange == *model_.exchange(name));
      RC_ASSERT(as_set(table_.bindings_from(name)) == chosen([&](const Binding& one) { return one.source == name; }));
      compare_to({DestinationKind::kExchange, name}, 0);
      if (!there) continue;
      compare_routes(name);
      if (there->routes.empty()) RC_ASSERT(there->keys.node_count() == 1u);
    }
    for (std::uint8_t i = 0; i < 6; ++i) compare_to(place(i), model_.places.contains(place(i)));
  }

 private:
  using Told = std::multiset<std::string>;

  static Destination place(std::uint8_t number) {
    return {number % 2 ? DestinationKind::kLogTopic : DestinationKind::kQueue, fmt::format("p{}", number % 6)};
  }
  static Binding binding(const std::string& source, const Command& command) {
    Destination destination = place(command.b);
    if (command.b % 4 == 3) destination = {DestinationKind::kExchange, kExchanges[command.b / 4 % kExchanges.size()]};
    PropertyTable arguments;
    if (command.c % 3) arguments = {{"h", std::int32_t{command.c % 3}}};
    return {source, destination, kKeys[command.c % kKeys.size()], arguments};
  }
  /// Chance alone would seldom name a binding that is there.
  Binding one_there(const Command& command) const {
    if (model_.bindings.empty()) return binding("amq.topic", command);
    return model_.bindings[(command.a * 256u + command.b) % model_.bindings.size()];
  }
  static Told as_set(const std::vector<Binding>& bindings) {
    Told told;
    for (const Binding& one : bindings) {
      auto argument = one.arguments.empty() ? std::nullopt : integer_of(one.arguments[0].value);
      told.insert(fmt::format("{} -> {} {} by '{}' {}", one.source, int(one.destination.kind), one.destination.name,
                              one.routing_key, argument.value_or(-1)));
    }
    return told;
  }
  template <class Is>
  Told chosen(Is is) const {
    std::vector<Binding> found;
    std::ranges::copy_if(model_.bindings, std::back_inserter(found), is);
    return as_set(found);
  }

  void declare(const std::string& name, const Command& command) {
    Exchange asked{
        .name = name, .type = kTypes[command.b % kTypes.size()], .auto_delete = command.c % 2 == 1, .arguments = {}};
    if (command.c % 3 == 0) asked.arguments = {{"alternate-exchange", kExchanges[command.c % kExchanges.size()]}};
    Result<bool> foreseen = table_.check_declare(asked);
    Result<bool> declared = table_.declare(asked);
    RC_ASSERT(foreseen.has_value() == declared.has_value());
    if (declared) RC_ASSERT(*foreseen == *declared);
    const Exchange* known = model_.exchange(name);
    if (known) {
      RC_ASSERT(declared.has_value() == (asked == *known));
      if (declared) RC_ASSERT(!*declared);
    } else {
      RC_ASSERT(declared.has_value() && *declared);
      model_.exchanges.push_back(asked);
    }
  }

  void come_or_go(const Destination& destination, bool go) {
    if (!go) {
      table_.add_destination(destination);
      model_.places.insert(destination);
      return;
    }
    Removed foreseen = table_.would_go_with(destination);
    went(table_.remove_destination(destination), foreseen, [&] { model_.remove_bindings_to(destination); });
    model_.places.erase(destination);
  }

  void delete_exchange(const std::string& name, bool if_unused) {
    Removed foreseen = table_.would_go_with({DestinationKind::kExchange, name});
    Result<void> may = table_.check_delete_exchange(name, if_unused);
    Result<Removed> removed = table_.delete_exchange(name, if_unused);
    RC_ASSERT(may.has_value() == removed.has_value());
    bool refused = name.starts_with("amq.") || (if_unused && model_.is_source(name));
    RC_ASSERT(removed.has_value() != refused);
    if (removed) went(*removed, foreseen, [&] { model_.remove_exchange(name); });
  }

  void bind(const Binding& asked) {
    Result<bool> foreseen = table_.check_bind(asked);
    Result<Bound> bound = table_.bind(asked);
    RC_ASSERT(foreseen.has_value() == bound.has_value());
    if (bound) RC_ASSERT(*foreseen == bound->added);
    bool there = asked.destination.kind == DestinationKind::kExchange
                     ? model_.exchange(asked.destination.name) != nullptr
                     : model_.places.contains(asked.destination);
    RC_ASSERT(bound.has_value() == (there && model_.exchange(asked.source)));
    if (!bound) return;
    RC_ASSERT(bound->added == !model_.has(asked));
    if (bound->added) model_.bindings.push_back(asked);
  }

  void unbind(const Binding& asked) {
    Result<Removed> foreseen = table_.would_go_with(asked);
    Result<Removed> removed = table_.unbind(asked);
    RC_ASSERT(removed.has_value() && foreseen.has_value());
    went(*removed, *foreseen, [&] {
      if (model_.has(asked)) model_.remove_binding(asked);
    });
  }

  static std::set<std::string> names(const std::vector<Exchange>& exchanges) {
    std::set<std::string> told;
    for (const Exchange& one : exchanges) told.insert(one.name);
    return told;
  }

  /// What the table says went is what it said would go, and what is missing from the model afterwards.
  template <class Change>
  void went(const Removed& removed, const Removed& foreseen, Change change) {
    RC_ASSERT(as_set(foreseen.bindings) == as_set(removed.bindings));
    RC_ASSERT(foreseen.bindings.size() == removed.bindings.size());
    RC_ASSERT(names(foreseen.exchanges) == names(removed.exchanges));
    RC_ASSERT(foreseen.exchanges.size() == removed.exchanges.size());
    Told before = as_set(model_.bindings);
    std::size_t exchanges = model_.exchanges.size();
    change();
    Told expected = as_set(model_.bindings), told = as_set(removed.bindings);
    expected.insert(told.begin(), told.end());
    RC_ASSERT(expected == before);
    RC_ASSERT(removed.exchanges.size() == exchanges - model_.exchanges.size());
  }

  void compare_to(const Destination& destination, std::size_t implicit) {
    Told expected = chosen([&](const Binding& one) { return one.destination == destination; });
    Told told = as_set(table_.bindings_to(destination));
    if (implicit) expected.merge(as_set({{"", destination, destination.name, {}}}));
    RC_ASSERT(told == expected);
  }

  void compare_routes(const std::string& name) {
    for (std::string key : {"", "a", "a.b", "b.b", "b.a", "x.b.a"}) {
      for (std::int64_t header : {0, 1, 2}) {
        PropertyTable headers;
        if (header) headers = {{"h", header}};
        MessageView message{.routing_key = key, .headers = &headers};
        Routes routes = router_.route(table_, *table_.find(DestinationKind::kExchange, name), message, 0);
        std::set<Destination> reached;
        for (DestinationId id : routes.destinations) RC_ASSERT(reached.insert(table_.destination(id)).second);
        RC_ASSERT(reached == model_.route(name, message));
      }
    }
  }

  RoutingTable table_{"/", 99};
  Router router_;
  Model model_;
};

RC_GTEST_PROP(RoutingModel, TheTableAgreesWithPlainListsAfterEachOperation, ()) {
  auto byte = rc::gen::cast<std::uint8_t>(rc::gen::inRange(0, 256));
  auto command = rc::gen::apply(
      [](std::uint8_t what, std::uint8_t a, std::uint8_t b, std::uint8_t c) { return Command{what, a, b, c}; }, byte,
      byte, byte, byte);
  World world;
  auto length = *rc::gen::inRange<std::size_t>(0, 300);
  for (const Command& one : *rc::gen::container<std::vector<Command>>(length, command)) {
    world.carry_out(one);
    world.compare();
  }
}

}  // namespace
}  // namespace wharf::routing
