// Who asks, and what there is.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kExchangeTypes[] = {
    "direct", "fanout", "headers", "topic", "x-consistent-hash", "x-random", "x-local-random", "x-modulus-hash"};

struct Totals {
  std::size_t exchanges = 0, queues = 0;
  broker::QueueCounts messages;
};

/// Of the virtual hosts that the user sees.
runtime::Task<void> add_up(Call* call, Totals* totals) {
  for (const std::string& vhost : visible_vhosts(*call)) {
    std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
    if (!view) continue;
    std::vector<broker::QueueRef> queues;
    for (const auto& queue : *view->queues) {
      if (queue) queues.push_back(queue->ref);
    }
    totals->exchanges += view->routes->exchanges().size();
    totals->queues += queues.size();
    std::vector<broker::QueueCounts> counts = co_await call->ports.queues.counts_of(call->here, std::move(queues));
    for (const broker::QueueCounts& one : counts) {
      totals->messages.ready += one.ready;
      totals->messages.unsettled += one.unsettled;
      totals->messages.consumers += one.consumers;
    }
  }
}

}  // namespace

Answer get_whoami(Call* call) {
  boost::json::array tags;
  for (const std::string& tag : call->user.tags) tags.push_back(json_text(tag));
  co_return json_answer(
      boost::json::object{{"name", json_text(call->user.name)}, {"tags", std::move(tags)}, {"is_internal_user", true}});
}

Answer get_overview(Call* call) {
  Totals totals;
  co_await add_up(call, &totals);
  boost::json::array types;
  for (std::string_view type : kExchangeTypes) {
    types.push_back(boost::json::object{{"name", json_text(type)}, {"enabled", true}});
  }
  boost::json::object json{{"management_version", json_text(call->about.rabbitmq_version)},
                           {"rabbitmq_version", json_text(call->about.rabbitmq_version)},
                           {"product_name", "Wharf"},
                           {"product_version", json_text(call->about.version)},
                           {"cluster_name", json_text(call->about.cluster_name)},
                           {"node", json_text(call->about.node_name)},
                           {"rates_mode", "none"},
                           {"disable_stats", false},
                           {"exchange_types", std::move(types)}};
  json["object_totals"] = {
      {"exchanges", totals.exchanges}, {"queues", totals.queues}, {"consumers", totals.messages.consumers}};
  json["queue_totals"] = {{"messages", totals.messages.ready + totals.messages.unsettled},
                          {"messages_ready", totals.messages.ready},
                          {"messages_unacknowledged", totals.messages.unsettled}};
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

}  // namespace wharf::management
