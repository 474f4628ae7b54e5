#include "protocols/amqp091/handlers/permissions.hpp"

#include "protocols/amqp091/session/errors.hpp"

namespace wharf::amqp091 {

using security::Resource;
using security::Verb;

Outcome<void> may(Client& client, Verb verb, const Resource& resource) {
  WHARF_ASSERT(client.decisions.has_value());  // channels are opened after the connection only
  Result<void> allowed = client.decisions->check(client.door.access.table(client.shard), verb, resource);
  if (!allowed) return refuse(protocol_error(allowed.error()));
  return {};
}

Outcome<void> may_lead_to(Client& client, const Resource& resource, const PropertyTable& arguments,
                          std::string_view argument) {
  const PropertyValue* target = find_property(arguments, argument);
  if (!target || !target->text()) return {};
  if (auto read = may(client, Verb::kRead, resource); !read) return read;
  return may(client, Verb::kWrite, Resource::exchange(*target->text()));
}

Outcome<void> may_bind(Client& client, std::string_view source, const Resource& destination, std::string_view key) {
  if (auto write = may(client, Verb::kWrite, destination); !write) return write;
  if (auto read = may(client, Verb::kRead, Resource::exchange(source)); !read) return read;
  auto view = client.door.entities.find(client.shard, client.vhost);
  const routing::ExchangeEntry* entry = view ? view->routes->exchange(source) : nullptr;
  return entry ? may_use_key(client, Verb::kRead, entry->exchange, key) : Outcome<void>();
}

Outcome<void> may_use_key(Client& client, Verb verb, const routing::Exchange& exchange, std::string_view key) {
  if (exchange.type != "topic") return {};
  return may(client, verb, Resource::topic_key(exchange.name, key));
}

}  // namespace wharf::amqp091
