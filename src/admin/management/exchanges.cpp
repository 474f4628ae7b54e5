// Exchanges. In paths the default one is called amq.default.
#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/each_destination.hpp"
#include "admin/management/exchange_named.hpp"
#include "admin/management/list.hpp"
#include "admin/management/policy_fields.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/stats_json.hpp"

namespace wharf::management {
namespace {

using security::Resource;
using security::Verb;

struct Shown {
  std::string vhost;
  routing::Exchange exchange;
  routing::EffectivePolicy policy;
  routing::ExchangeTraffic traffic = {};
};

/// The default exchange has no policy, whatever matches its empty name.
Shown shown_of(const Call& call, std::string_view vhost, routing::Exchange exchange) {
  if (exchange.name.empty()) return {std::string(vhost), std::move(exchange), {}};
  std::optional<routing::EffectivePolicy> policy = call.ports.policies.of_exchange(call.here, vhost, exchange.name);
  return {std::string(vhost), std::move(exchange), std::move(policy).value_or(routing::EffectivePolicy{})};
}

boost::json::object json_of(const Shown& shown) {
  const routing::Exchange& exchange = shown.exchange;
  boost::json::object json{{"name", json_text(exchange.name)},
                           {"vhost", json_text(shown.vhost)},
                           {"type", json_text(exchange.type)},
                           {"durable", exchange.durable},
                           {"auto_delete", exchange.auto_delete},
                           {"internal", exchange.internal},
                           {"arguments", management::json_of(exchange.arguments)}};
  if (shown.policy.policy || shown.policy.operator_policy) add_policy_fields(json, shown.policy);
  json["message_stats"] = stats_of(shown.traffic);
  return json;
}

/// Those of a virtual host.
runtime::Task<void> gather(Call* call, std::string vhost, std::vector<Shown>* into) {
  auto traffic = co_await call->ports.statistics.exchanges(call->here, vhost);
  auto visit = [&](const broker::NamespaceView& view, routing::DestinationId id) {
    const routing::ExchangeEntry* entry = view.routes->exchange(id);
    if (entry == nullptr) return;
    into->push_back(shown_of(*call, vhost, entry->exchange));
    into->back().traffic = traffic[entry->exchange.name];
  };
  co_await each_destination(call, vhost, visit);
}

runtime::Task<http::Response> list(Call* call, std::vector<std::string> vhosts) {
  std::vector<Shown> shown;
  for (const std::string& vhost : vhosts) co_await gather(call, vhost, &shown);
  auto order = [](const Shown& one) { return std::tie(one.vhost, one.exchange.name); };
  http::Response response =
      co_await answer_list(call, std::move(shown), [](const Shown& one) { return json_of(one); }, order);
  co_return response;
}

/// 401 or none.
Result<void> may_declare(const Call& call, const routing::Exchange& exchange, bool is_new) {
  if (exchange.name.empty()) return {};  // nobody can: the routing table says so
  Resource resource = Resource::exchange(exchange.name);
  if (Result<void> configure = may(call, Verb::kConfigure, resource); !configure) return configure;
  return is_new ? may_lead_to(call, resource, exchange.arguments, "alternate-exchange") : Result<void>();
}

}  // namespace

Answer list_exchanges(Call* call) {
  return list(call, visible_vhosts(*call));
}

Answer list_exchanges_of_vhost(Call* call) {
  return list(call, {call->vhost()});
}

Answer get_exchange(Call* call) {
  auto traffic = co_await call->ports.statistics.exchanges(call->here, call->vhost());
  std::optional<broker::NamespaceView> view = call->view();
  const routing::ExchangeEntry* found = view ? view->routes->exchange(exchange_named(call->names.at(1))) : nullptr;
  if (found == nullptr) co_return nothing_here();
  Shown shown = shown_of(*call, call->vhost(), found->exchange);
  shown.traffic = traffic[found->exchange.name];
  boost::json::object json = json_of(shown);
  // By queue and exchange RabbitMQ counts only with management.rates_mode = detailed.
  json["incoming"] = boost::json::array();
  json["outgoing"] = boost::json::array();
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

Answer put_exchange(Call* call) {
  Body body(call->request.body);
  routing::Exchange exchange{.name = exchange_named(call->names.at(1)),
                             .type = body.text("type").value_or("direct"),
                             .durable = body.flag("durable"),
                             .auto_delete = body.flag("auto_delete"),
                             .internal = body.flag("internal"),
                             .arguments = body.table("arguments")};
  body.check_short("an exchange's name", exchange.name);
  if (body.refusal()) co_return *body.refusal();
  bool is_new = call->view()->routes->exchange(exchange.name) == nullptr;
  if (Result<void> allowed = may_declare(*call, exchange, is_new); !allowed) co_return answer_of(allowed.error());
  Result<bool> made = co_await call->ports.entities.declare_exchange(call->here, call->vhost(), std::move(exchange));
  if (!made) co_return answer_of(made.error());
  co_return put_answer(*made);
}

Answer delete_exchange(Call* call) {
  std::string name = exchange_named(call->names.at(1));
  if (call->view()->routes->exchange(name) == nullptr) co_return nothing_here();
  Result<void> allowed = name.empty() ? Result<void>() : may(*call, Verb::kConfigure, Resource::exchange(name));
  if (!allowed) co_return answer_of(allowed.error());
  Result<void> gone = co_await call->ports.entities.delete_exchange(call->here, call->vhost(), std::move(name),
                                                                    call->asks_for("if-unused"));
  if (!gone) co_return answer_of(gone.error());
  co_return no_content();
}

}  // namespace wharf::management
