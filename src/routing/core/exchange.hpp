#pragma once
// What people declare: exchanges, and bindings from them to what a message can reach. Plain values, as protocols and
// the catalogue of a namespace hand them in and list them.
#include <compare>
#include <cstdint>
#include <string>

#include "model/property.hpp"

namespace wharf::routing {

enum class DestinationKind : std::uint8_t { kQueue, kExchange, kLogTopic };

struct Destination {
  DestinationKind kind = DestinationKind::kQueue;
  std::string name;
  friend auto operator<=>(const Destination&, const Destination&) = default;
};

struct Exchange {
  std::string name;
  std::string type = "direct";  // as clients write it: exchange_rules.hpp has the list
  bool durable = false;
  bool auto_delete = false;  // goes with the last binding from it
  bool internal = false;     // messages come by bindings only, not from clients
  PropertyTable arguments;
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

/// Two bindings are the same if all four parts are; the order of the arguments does not count.
struct Binding {
  std::string source;  // an exchange
  Destination destination;
  std::string routing_key;
  PropertyTable arguments;
  friend bool operator==(const Binding&, const Binding&) = default;
};
/// The arguments of a binding as tables compare and tell them; of one name the first stays first.
PropertyTable by_name(PropertyTable arguments);

}  // namespace wharf::routing
