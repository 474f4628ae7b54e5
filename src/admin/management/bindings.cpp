// Bindings. One is named by both ends and its properties_key (properties_key.hpp).
#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/each_destination.hpp"
#include "admin/management/exchange_named.hpp"
#include "admin/management/list.hpp"
#include "admin/management/properties_key.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"

namespace wharf::management {
namespace {

using routing::Binding;
using routing::Destination;
using routing::DestinationKind;

boost::json::object json_of(std::string_view vhost, const Binding& binding) {
  bool to_exchange = binding.destination.kind == DestinationKind::kExchange;  // AMQP knows a log topic as a queue
  return {{"source", json_text(binding.source)},
          {"vhost", json_text(vhost)},
          {"destination", json_text(binding.destination.name)},
          {"destination_type", to_exchange ? "exchange" : "queue"},
          {"routing_key", json_text(binding.routing_key)},
          {"arguments", management::json_of(binding.arguments)},
          {"properties_key", json_text(properties_key(binding))}};
}

struct Shown {
  std::string vhost;
  Binding binding;
};

runtime::Task<http::Response> answer(Call* call, std::vector<Shown> shown) {
  auto json = [](const Shown& one) { return json_of(one.vhost, one.binding); };
  auto order = [](const Shown& one) {
    return std::tie(one.vhost, one.binding.source, one.binding.destination, one.binding.routing_key);
  };
  return answer_list(call, std::move(shown), json, order);
}

/// Everything that is bound in a namespace.
runtime::Task<void> gather(Call* call, std::string vhost, std::vector<Shown>* into) {
  auto visit = [vhost, into](const broker::NamespaceView& view, routing::DestinationId id) {
    for (Binding& binding : view.routes->bindings_to(view.routes->destination(id)))
      into->push_back({vhost, std::move(binding)});
  };
  return each_destination(call, std::move(vhost), std::move(visit));
}

runtime::Task<http::Response> list(Call* call, std::vector<std::string> vhosts) {
  std::vector<Shown> shown;
  for (const std::string& vhost : vhosts) co_await gather(call, vhost, &shown);
  http::Response response = co_await answer(call, std::move(shown));
  co_return response;
}

runtime::Task<http::Response> list(Call* call, std::vector<Binding> bindings) {
  std::vector<Shown> shown;
  for (Binding& binding : bindings) shown.push_back({call->vhost(), std::move(binding)});
  return answer(call, std::move(shown));
}

/// A queue of this name, or what AMQP knows as one: a log topic.
Destination destination_named(const Call& call, DestinationKind kind) {
  Destination destination{kind,
                          kind == DestinationKind::kExchange ? exchange_named(call.names.at(2)) : call.names.at(2)};
  const routing::RoutingTable& routes = *call.view()->routes;
  bool is_topic = kind == DestinationKind::kQueue && !routes.find(kind, destination.name) &&
                  routes.find(DestinationKind::kLogTopic, destination.name);
  if (is_topic) destination.kind = DestinationKind::kLogTopic;
  return destination;
}

/// From names[1] to names[2].
std::vector<Binding> between(const Call& call, DestinationKind kind) {
  std::vector<Binding> bindings = call.view()->routes->bindings_to(destination_named(call, kind));
  std::string source = exchange_named(call.names.at(1));
  std::erase_if(bindings, [&](const Binding& binding) { return binding.source != source; });
  return bindings;
}

/// The one that names[3] means.
std::optional<Binding> named(const Call& call, DestinationKind kind) {
  std::vector<Binding> all = between(call, kind);
  const std::string& segment = call.names.at(3);
  auto found = std::ranges::find(all, segment, properties_key);
  if (found == all.end()) found = std::ranges::find_if(all, [&](const Binding& one) { return is_meant(one, segment); });
  if (found == all.end()) return std::nullopt;
  return std::move(*found);
}

/// What another connection has to itself is not bound either.
std::optional<http::Response> locked(const Call& call, const Destination& destination) {
  if (destination.kind != DestinationKind::kQueue) return std::nullopt;
  std::shared_ptr<const broker::QueueInfo> queue = call.view()->queue(destination.name);
  if (!queue || !queue->exclusive) return std::nullopt;
  return answer_of(amqp091::locked({destination.name, call.vhost()}));
}

Answer bind(Call* call, DestinationKind kind) {
  Body body(call->request.body);
  Binding binding{.source = exchange_named(call->names.at(1)),
                  .destination = destination_named(*call, kind),
                  .routing_key = body.text("routing_key").value_or(""),
                  .arguments = body.table("arguments")};
  body.check_short("a routing key", binding.routing_key);
  if (body.refusal()) co_return *body.refusal();
  if (Result<void> allowed = may_bind(*call, binding); !allowed) co_return answer_of(allowed.error());
  if (std::optional<http::Response> refusal = locked(*call, binding.destination)) co_return std::move(*refusal);
  // Relative to the path, so the key stands in it as a path does: escaped once more.
  std::string location = escaped(call->names.at(2)) + "/" + escaped(properties_key(binding));
  Result<void> bound = co_await call->ports.entities.bind(call->here, call->vhost(), std::move(binding));
  if (!bound) co_return answer_of(bound.error());
  http::Response response = created();
  response.headers.emplace_back("Location", std::move(location));
  co_return response;
}

Answer get_binding(Call* call, DestinationKind kind) {
  std::optional<Binding> binding = named(*call, kind);
  if (!binding) co_return nothing_here();
  co_return json_answer(json_of(call->vhost(), *binding));
}

Answer unbind(Call* call, DestinationKind kind) {
  std::optional<Binding> binding = named(*call, kind);
  if (!binding) co_return nothing_here();
  if (Result<void> allowed = may_bind(*call, *binding); !allowed) co_return answer_of(allowed.error());
  if (std::optional<http::Response> refusal = locked(*call, binding->destination)) co_return std::move(*refusal);
  Result<void> gone = co_await call->ports.entities.unbind(call->here, call->vhost(), std::move(*binding));
  if (!gone) co_return answer_of(gone.error());
  co_return no_content();
}

}  // namespace

Answer list_bindings(Call* call) {
  return list(call, visible_vhosts(*call));
}
Answer list_bindings_of_vhost(Call* call) {
  return list(call, std::vector{call->vhost()});
}

Answer list_bindings_of_queue(Call* call) {
  if (!call->view()->queue(call->names.at(1))) co_return nothing_here();
  Destination queue{DestinationKind::kQueue, call->names.at(1)};
  http::Response response = co_await list(call, call->view()->routes->bindings_to(queue));
  co_return response;
}

Answer list_bindings_from_exchange(Call* call) {
  std::string name = exchange_named(call->names.at(1));
  if (call->view()->routes->exchange(name) == nullptr) co_return nothing_here();
  http::Response response = co_await list(call, call->view()->routes->bindings_from(name));
  co_return response;
}

Answer list_bindings_to_exchange(Call* call) {
  Destination exchange{DestinationKind::kExchange, exchange_named(call->names.at(1))};
  if (call->view()->routes->exchange(exchange.name) == nullptr) co_return nothing_here();
  http::Response response = co_await list(call, call->view()->routes->bindings_to(exchange));
  co_return response;
}

Answer list_bindings_to_queue_from(Call* call) {
  return list(call, between(*call, DestinationKind::kQueue));
}
Answer list_bindings_to_exchange_from(Call* call) {
  return list(call, between(*call, DestinationKind::kExchange));
}
Answer bind_queue(Call* call) {
  return bind(call, DestinationKind::kQueue);
}
Answer bind_exchange(Call* call) {
  return bind(call, DestinationKind::kExchange);
}
Answer get_queue_binding(Call* call) {
  return get_binding(call, DestinationKind::kQueue);
}
Answer get_exchange_binding(Call* call) {
  return get_binding(call, DestinationKind::kExchange);
}
Answer delete_queue_binding(Call* call) {
  return unbind(call, DestinationKind::kQueue);
}
Answer delete_exchange_binding(Call* call) {
  return unbind(call, DestinationKind::kExchange);
}

}  // namespace wharf::management
