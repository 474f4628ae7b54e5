#include "admin/v1/flow_sources.hpp"

#include <vector>

namespace wharf::v1 {

std::set<std::string> sources_of(const routing::RoutingTable& routes, const routing::Destination& destination) {
  std::set<std::string> sources;
  std::vector<routing::Destination> to_look_at{destination};
  while (!to_look_at.empty()) {
    const routing::Destination next = std::move(to_look_at.back());
    to_look_at.pop_back();
    for (routing::Binding& binding : routes.bindings_to(next)) {
      if (!sources.insert(binding.source).second) continue;
      to_look_at.push_back({routing::DestinationKind::kExchange, std::move(binding.source)});
    }
  }
  return sources;
}

}  // namespace wharf::v1
