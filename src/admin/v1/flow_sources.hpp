#pragma once
// From where messages may come to a queue or a topic.
#include <set>
#include <string>

#include "routing/core/routing_table.hpp"

namespace wharf::v1 {

/// Exchanges whose messages may come there, by whatever ways, however many exchanges are between. The default exchange
/// is among them: it leads to every queue.
std::set<std::string> sources_of(const routing::RoutingTable& routes, const routing::Destination& destination);

}  // namespace wharf::v1
