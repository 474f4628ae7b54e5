// The node: what it is, what it uses. A list of one, until there are more.
#include <algorithm>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/list.hpp"
#include "admin/management/node_fields.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/stats_json.hpp"
#include "runtime/process_facts.hpp"

namespace wharf::management {
namespace {

struct Facts {
  runtime::ProcessFacts process;
  broker::DiskReport disk;
  broker::Shortage shortage;
  Nanoseconds uptime{};
  std::uint64_t connections = 0;
  broker::ChurnTraffic churn;
};

boost::json::array named(std::initializer_list<std::string_view> names) {
  boost::json::array list;
  for (std::string_view name : names) {
    list.push_back(boost::json::object{{"name", json_text(name)}, {"description", ""}, {"enabled", true}});
  }
  return list;
}

void add_resources(boost::json::object& json, const Facts& facts, const About& about) {
  json["mem_used"] = facts.process.resident_bytes;
  json["mem_limit"] = about.memory_high_bytes;
  json["mem_alarm"] = facts.shortage.memory;
  json["mem_calculation_strategy"] = "rss";
  json["disk_free"] = facts.disk.available_bytes;
  json["disk_free_limit"] = facts.disk.reserve_bytes;
  json["disk_free_alarm"] = facts.shortage.disk;
  json["fd_used"] = facts.process.open_files;
  json["fd_total"] = facts.process.max_open_files;
  json["sockets_used"] = facts.connections;
  json["sockets_total"] = facts.process.max_open_files;  // each takes a descriptor, and nothing else limits them
  json["processors"] = std::thread::hardware_concurrency();
}

boost::json::object json_of(const Facts& facts, const About& about) {
  boost::json::object json{
      {"name", json_text(about.node_name)},
      {"type", "disc"},
      {"running", true},
      {"being_drained", false},
      {"os_pid", json_text(fmt::format("{}", ::getpid()))},
      {"uptime", std::chrono::duration_cast<Milliseconds>(facts.uptime).count()},
      {"partitions", boost::json::array()},
      {"cluster_links", boost::json::array()},
      {"rates_mode", "basic"},
      {"exchange_types", exchange_types()},
      {"auth_mechanisms", named({"AMQPLAIN", "PLAIN"})},
      {"applications", {{{"name", "wharf"}, {"description", "Wharf"}, {"version", json_text(about.version)}}}},
      {"contexts", contexts(about)},
      {"enabled_plugins", boost::json::array()},
      {"db_dir", json_text(about.data_folder)}};
  add_resources(json, facts, about);
  for (auto& [name, value] : churn_rates(facts.churn)) json[name] = std::move(value);
  return json;
}

runtime::Task<void> look(Call* call, Facts* facts) {
  Result<broker::DiskReport> disk = co_await call->ports.operate.disk(call->here);
  if (disk) facts->disk = *disk;
  facts->shortage = call->ports.operate.shortage(call->here);
  facts->uptime = call->here.now() - call->about.started;
  for (const Listener& one : call->about.listeners()) facts->connections += one.connections;
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  facts->churn = traffic.churn;
  facts->process = co_await runtime::run_blocking(call->here, runtime::process_facts);
}

struct FeatureFlag {
  std::string_view name, what;
};

/// Those of RabbitMQ's whose subject is served here: clients ask for some by name. None can be switched off.
constexpr FeatureFlag kFeatureFlags[] = {{"implicit_default_bindings", "Default bindings are implicit, and not stored"},
                                         {"quorum_queue", "Queues of the type quorum"},
                                         {"stream_queue", "Queues of the type stream"},
                                         {"virtual_host_metadata", "Virtual hosts have a description and tags"}};

}  // namespace

Answer list_nodes(Call* call) {
  Facts facts;
  co_await look(call, &facts);
  boost::json::object node = json_of(facts, call->about);
  http::Response response =
      co_await answer_list(call, std::vector{std::move(node)}, [](const boost::json::object& one) { return one; });
  co_return response;
}

Answer get_node(Call* call) {
  if (call->names.at(0) != call->about.node_name) co_return nothing_here();
  Facts facts;
  co_await look(call, &facts);
  co_return json_answer(chosen_columns(call->request, json_of(facts, call->about)));
}

/// RabbitMQ adds up what Erlang has; here the process is one piece.
Answer get_node_memory(Call* call) {
  if (call->names.at(0) != call->about.node_name) co_return nothing_here();
  runtime::ProcessFacts facts = co_await runtime::run_blocking(call->here, runtime::process_facts);
  boost::json::object memory{{"strategy", "rss"}, {"total", {{"rss", facts.resident_bytes}}}};
  co_return json_answer(boost::json::object{{"memory", std::move(memory)}});
}

Answer list_feature_flags(Call*) {
  boost::json::array flags;
  for (const FeatureFlag& flag : kFeatureFlags) {
    flags.push_back(boost::json::object{{"name", json_text(flag.name)},
                                        {"desc", json_text(flag.what)},
                                        {"doc_url", ""},
                                        {"stability", "required"},
                                        {"state", "enabled"},
                                        {"provided_by", "wharf"}});
  }
  co_return json_answer(std::move(flags));
}

/// It is enabled.
Answer enable_feature_flag(Call* call) {
  if (std::ranges::find(kFeatureFlags, call->names.at(0), &FeatureFlag::name) == std::end(kFeatureFlags)) {
    co_return nothing_here();
  }
  co_return no_content();
}

/// There are no plugins whose scripts a console would load, and nothing is deprecated.
Answer list_nothing(Call*) {
  co_return json_answer(boost::json::array());
}

Answer get_sign_in_ways(Call*) {
  co_return json_answer(boost::json::object{{"oauth_enabled", false}});
}

}  // namespace wharf::management
