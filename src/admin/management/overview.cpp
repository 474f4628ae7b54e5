// Who asks, and what there is.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/cluster_name.hpp"
#include "admin/management/connection_json.hpp"
#include "admin/management/list.hpp"
#include "admin/management/node_fields.hpp"
#include "admin/management/queue_totals.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/samples.hpp"
#include "admin/management/stats_json.hpp"

namespace wharf::management {
namespace {

struct Totals {
  std::size_t exchanges = 0;
  QueueTotals queues;
};

/// Of the virtual hosts that the user sees.
runtime::Task<void> add_up(Call* call, Totals* totals) {
  for (const std::string& vhost : visible_vhosts(*call)) {
    std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
    if (view) totals->exchanges += view->routes->exchange_count();
    co_await add_up_queues(call, vhost, &totals->queues);
  }
}

/// Of those virtual hosts.
MessageTraffic messages_in(const broker::NodeTraffic& traffic, const std::vector<std::string>& vhosts) {
  MessageTraffic all;
  for (const std::string& vhost : vhosts) {
    auto found = traffic.vhosts.find(vhost);
    if (found != traffic.vhosts.end()) all.add(found->second.messages);
  }
  return all;
}

struct Open {
  std::uint64_t connections = 0, channels = 0;
};

/// That the user sees.
runtime::Task<Open> open_connections(Call* call) {
  Open open;
  std::vector<broker::ConnectionFacts> all = co_await call->ports.statistics.connections(call->here);
  for (const broker::ConnectionFacts& one : all) {
    if (!sees(*call, *one.of)) continue;
    ++open.connections;
    open.channels += one.channels;
  }
  co_return open;
}

/// Of the virtual hosts that the user sees.
std::vector<const history::VhostRing*> rings_of(const Call& call) {
  std::vector<const history::VhostRing*> rings;
  for (const std::string& vhost : visible_vhosts(call)) {
    if (const history::VhostRing* ring = call.ports.history.vhost(vhost)) rings.push_back(ring);
  }
  return rings;
}

/// Only monitors are told of the node.
void add_node(boost::json::object& json, const About& about) {
  json["node"] = json_text(about.node_name);
  json["listeners"] = listeners(about);
  json["contexts"] = contexts(about);
}

}  // namespace

Answer get_whoami(Call* call) {
  boost::json::array tags;
  for (const std::string& tag : call->user.tags) tags.push_back(json_text(tag));
  co_return json_answer(
      boost::json::object{{"name", json_text(call->user.name)}, {"tags", std::move(tags)}, {"is_internal_user", true}});
}

Answer get_overview(Call* call) {
  std::expected<SamplesQuestion, http::Response> samples = SamplesQuestion::of(call->request);
  if (!samples) co_return samples.error();
  Totals totals;
  co_await add_up(call, &totals);
  Open open = co_await open_connections(call);
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  const About& about = call->about;
  std::string cluster_name = co_await cluster_name_of(call);
  boost::json::object json{{"management_version", json_text(about.rabbitmq_version)},
                           {"rabbitmq_version", json_text(about.rabbitmq_version)},
                           {"product_name", "Wharf"},
                           {"product_version", json_text(about.version)},
                           {"cluster_name", json_text(cluster_name)},
                           {"cluster_tags", boost::json::object()},
                           {"node_tags", boost::json::object()},
                           {"rates_mode", "basic"},
                           {"disable_stats", false},
                           {"enable_queue_totals", false},
                           {"default_queue_type", "classic"},
                           {"is_op_policy_updating_enabled", true},
                           {"statistics_db_event_queue", 0},  // numbers are asked for, not sent: none can be late
                           {"exchange_types", exchange_types()}};
  json["object_totals"] = {{"exchanges", totals.exchanges},
                           {"queues", totals.queues.queues},
                           {"connections", open.connections},
                           {"channels", open.channels},
                           {"consumers", totals.queues.messages.consumers}};
  json["queue_totals"].emplace_object();
  add_message_fields(json["queue_totals"].as_object(), totals.queues);
  json["message_stats"] = stats_of(messages_in(traffic, visible_vhosts(*call)));
  if (samples->asks()) {
    add_samples(json["queue_totals"].as_object(), json["message_stats"].as_object(), *samples, rings_of(*call),
                call->here.clock().wall_now());
  }
  json["churn_rates"] = churn_rates(traffic.churn);
  if (is_monitor(call->user)) add_node(json, about);
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

}  // namespace wharf::management
