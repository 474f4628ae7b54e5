#pragma once
// Everything that a virtual host's routing table has, however much: some at a time.
#include <algorithm>
#include <optional>
#include <string>

#include "admin/management/call.hpp"
#include "admin/management/list.hpp"

namespace wharf::management {

/// `visit` is told of each one's number in the view, which is valid until it returns. A number may become another's in
/// between: what comes or goes meanwhile may be missed. `call` outlives the task.
template <class Visit>
runtime::Task<void> each_destination(Call* call, std::string vhost, Visit visit) {
  for (routing::DestinationId next = 0;;) {
    std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
    if (!view || next >= view->routes->destination_limit()) break;
    std::size_t end = std::min<std::size_t>(view->routes->destination_limit(), next + kItemsPerSlice);
    for (; next < end; ++next) {
      const routing::Destination& one = view->routes->destination(next);
      if (view->routes->find(one.kind, one.name) == next) visit(*view, next);  // else it has gone
    }
    co_await runtime::next_turn(call->here);
  }
}

}  // namespace wharf::management
