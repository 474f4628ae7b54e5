#include "admin/management/rights.hpp"

#include "security/core/refusals.hpp"

namespace wharf::management {

using security::Resource;
using security::Verb;

bool sees(const Call& call, std::string_view vhost) {
  return call.user.has_tag("administrator") || call.access().may_use_namespace(call.user, vhost);
}

std::vector<std::string> visible_vhosts(const Call& call) {
  std::vector<std::string> names = call.ports.entities.namespaces(call.here);
  std::erase_if(names, [&](const std::string& name) { return !sees(call, name); });
  return names;
}

Result<void> may(const Call& call, Verb verb, const Resource& resource) {
  if (call.access().may(call.user, call.vhost(), verb, resource)) return {};
  return fail(security::access_refused(call.user.name, call.vhost(), verb, resource));
}

Result<void> may_lead_to(const Call& call, const Resource& resource, const PropertyTable& arguments,
                         std::string_view argument) {
  const PropertyValue* target = find_property(arguments, argument);
  if (target == nullptr || target->text() == nullptr) return {};
  if (Result<void> read = may(call, Verb::kRead, resource); !read) return read;
  return may(call, Verb::kWrite, Resource::exchange(*target->text()));
}

Result<void> may_bind(const Call& call, const routing::Binding& binding) {
  bool to_exchange = binding.destination.kind == routing::DestinationKind::kExchange;
  const std::string& name = binding.destination.name;
  Resource destination = to_exchange ? Resource::exchange(name) : Resource::queue(name);
  if (Result<void> write = may(call, Verb::kWrite, destination); !write) return write;
  if (Result<void> read = may(call, Verb::kRead, Resource::exchange(binding.source)); !read) return read;
  std::optional<broker::NamespaceView> view = call.view();
  const routing::ExchangeEntry* source = view ? view->routes->exchange(binding.source) : nullptr;
  if (source == nullptr) return {};
  return may_use_key(call, Verb::kRead, source->exchange, binding.routing_key);
}

Result<void> may_use_key(const Call& call, Verb verb, const routing::Exchange& exchange, std::string_view key) {
  if (exchange.type != "topic") return {};
  return may(call, verb, Resource::topic_key(exchange.name, key));
}

}  // namespace wharf::management
