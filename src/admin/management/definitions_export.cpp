// Definitions, as RabbitMQ exports them: of everything, or of one virtual host. Gathered some hundred things at a time,
// written beside the shards.
#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "admin/management/access_json.hpp"
#include "admin/management/answers.hpp"
#include "admin/management/cluster_name.hpp"
#include "admin/management/each_destination.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/shown_streams.hpp"
#include "admin/management/vhost_note.hpp"

namespace wharf::management {
namespace {

using routing::DestinationKind;
using routing::PolicyKind;

struct Vhost {
  std::string name;
  VhostNote note;
  std::string default_queue_type;
  std::vector<routing::Policy> policies, operator_policies;
  std::vector<routing::Exchange> exchanges;
  std::vector<QueuePointer> queues;
  std::vector<StreamPointer> streams;
  std::vector<routing::Binding> bindings;
};

struct Everything {
  About about;
  std::string cluster_name;
  bool of_cluster = true;
  std::vector<security::User> users;
  std::vector<security::Permission> permissions;
  std::vector<security::TopicPermission> topic_permissions;
  broker::Parameters::ByName global_parameters;
  std::vector<Vhost> vhosts;
};

/// What everybody has from the start is no definition.
bool is_ready_made(std::string_view exchange) {
  return exchange.empty() || exchange.starts_with("amq.");
}

/// Of what is exported only: what one connection has to itself goes with it, and not every log topic is a stream.
bool is_exported(const Call& call, std::string_view vhost, const broker::NamespaceView& view,
                 const routing::Binding& binding) {
  const routing::Destination& to = binding.destination;
  if (binding.source.empty()) return false;
  if (to.kind == DestinationKind::kExchange) return true;
  if (to.kind == DestinationKind::kLogTopic) return stream_named(call, vhost, to.name) != nullptr;
  QueuePointer queue = view.queue(to.name);
  return queue && !queue->exclusive;
}

runtime::Task<void> gather_destinations(Call* call, Vhost* into) {
  auto visit = [call, into](const broker::NamespaceView& view, routing::DestinationId id) {
    const routing::Destination& one = view.routes->destination(id);
    QueuePointer queue = one.kind == DestinationKind::kQueue ? (*view.queues)[id] : nullptr;
    if (queue && !queue->exclusive) into->queues.push_back(std::move(queue));
    StreamPointer stream = one.kind == DestinationKind::kLogTopic ? stream_named(*call, into->name, one.name) : nullptr;
    if (stream) into->streams.push_back(std::move(stream));
    for (routing::Binding& binding : view.routes->bindings_to(one)) {
      if (is_exported(*call, into->name, view, binding)) into->bindings.push_back(std::move(binding));
    }
  };
  return each_destination(call, into->name, std::move(visit));
}

runtime::Task<void> gather(Call* call, Vhost* into) {
  std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, into->name);
  if (!view) co_return;
  into->default_queue_type = view->default_queue_type;
  into->exchanges = view->routes->exchanges();
  std::erase_if(into->exchanges, [](const routing::Exchange& one) { return is_ready_made(one.name); });
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    Result<std::vector<routing::Policy>> policies = call->ports.policies.list(call->here, kind, into->name);
    if (policies) (kind == PolicyKind::kPolicy ? into->policies : into->operator_policies) = std::move(*policies);
  }
  into->note = co_await note_of(call, into->name);
  co_await gather_destinations(call, into);
}

/// One by one, so that an export of many does not hold up a shard.
void sort(Vhost& vhost) {
  std::ranges::sort(vhost.exchanges, {}, &routing::Exchange::name);
  std::ranges::sort(vhost.queues, {}, [](const QueuePointer& one) { return std::string_view(one->name); });
  std::ranges::sort(vhost.streams, {}, [](const StreamPointer& one) { return std::string_view(one->name); });
  std::ranges::sort(vhost.bindings, {},
                    [](const routing::Binding& one) { return std::tie(one.source, one.destination, one.routing_key); });
}

/// Entries of one section; each names its virtual host where the file is of all of them.
class Section {
 public:
  Section(bool of_cluster, std::string_view vhost) : of_cluster_(of_cluster), vhost_(vhost) {}
  boost::json::object entry(boost::json::object named, boost::json::object rest) const {
    if (of_cluster_) named["vhost"] = json_text(vhost_);
    for (auto& [field, value] : rest) named.emplace(field, std::move(value));
    return named;
  }

 private:
  bool of_cluster_;
  std::string_view vhost_;
};

void add_policies(boost::json::object& file, const Vhost& vhost, const Section& section) {
  for (const routing::Policy& one : vhost.policies) {
    file["policies"].as_array().push_back(
        section.entry({{"name", json_text(one.name)}}, {{"pattern", json_text(one.pattern)},
                                                        {"apply-to", json_text(routing::to_string(one.applies_to))},
                                                        {"definition", json_of(one.definition)},
                                                        {"priority", one.priority}}));
  }
  for (const routing::Policy& one : vhost.operator_policies) {
    boost::json::object value{{"pattern", json_text(one.pattern)},
                              {"definition", json_of(one.definition)},
                              {"priority", one.priority},
                              {"apply-to", json_text(routing::to_string(one.applies_to))}};
    file["parameters"].as_array().push_back(section.entry(
        {{"value", std::move(value)}}, {{"component", "operator_policy"}, {"name", json_text(one.name)}}));
  }
}

void add_queues(boost::json::object& file, const Vhost& vhost, const Section& section) {
  boost::json::array& queues = file["queues"].as_array();
  for (const QueuePointer& one : vhost.queues) {
    queues.push_back(section.entry(
        {{"name", json_text(one->name)}},
        {{"durable", one->durable}, {"auto_delete", one->auto_delete}, {"arguments", json_of(one->arguments)}}));
  }
  for (const StreamPointer& one : vhost.streams) {
    queues.push_back(section.entry({{"name", json_text(one->name)}},
                                   {{"durable", true},
                                    {"auto_delete", false},
                                    {"arguments", json_of(amqp091::stream_arguments(one->overrides))}}));
  }
}

void add_routes(boost::json::object& file, const Vhost& vhost, const Section& section) {
  for (const routing::Exchange& one : vhost.exchanges) {
    file["exchanges"].as_array().push_back(
        section.entry({{"name", json_text(one.name)}}, {{"type", json_text(one.type)},
                                                        {"durable", one.durable},
                                                        {"auto_delete", one.auto_delete},
                                                        {"internal", one.internal},
                                                        {"arguments", json_of(one.arguments)}}));
  }
  for (const routing::Binding& one : vhost.bindings) {
    bool to_exchange = one.destination.kind == DestinationKind::kExchange;
    file["bindings"].as_array().push_back(
        section.entry({{"source", json_text(one.source)}}, {{"destination", json_text(one.destination.name)},
                                                            {"destination_type", to_exchange ? "exchange" : "queue"},
                                                            {"routing_key", json_text(one.routing_key)},
                                                            {"arguments", json_of(one.arguments)}}));
  }
}

void add_people(boost::json::object& file, const Everything& all) {
  boost::json::array users, permissions, topic_permissions;
  for (const security::User& one : all.users) users.push_back(json_of(one));
  for (const security::Permission& one : all.permissions) permissions.push_back(json_of(one));
  for (const security::TopicPermission& one : all.topic_permissions) topic_permissions.push_back(json_of(one));
  file["users"] = std::move(users);
  file["permissions"] = std::move(permissions);
  file["topic_permissions"] = std::move(topic_permissions);
}

void add_cluster(boost::json::object& file, const Everything& all) {
  add_people(file, all);
  boost::json::array vhosts, parameters;
  for (const Vhost& one : all.vhosts) {
    boost::json::object metadata = metadata_json(one.note, one.default_queue_type);
    boost::json::object entry{{"name", json_text(one.name)}, {"metadata", metadata}};
    for (auto& [field, value] : metadata) entry.emplace(field, std::move(value));
    vhosts.push_back(std::move(entry));
  }
  for (const auto& [name, value] : all.global_parameters) {
    boost::system::error_code error;
    boost::json::value read = boost::json::parse({value.data(), value.size()}, error);
    parameters.push_back(boost::json::object{{"name", json_text(name)}, {"value", std::move(read)}});
  }
  file["vhosts"] = std::move(vhosts);
  file["global_parameters"] = std::move(parameters);
}

boost::json::object heading(const Everything& all) {
  std::string_view format = all.of_cluster ? "cluster" : "single_virtual_host";
  const std::string& name = all.of_cluster ? all.cluster_name : all.vhosts.front().name;
  std::string explanation =
      (all.of_cluster ? "Definitions of cluster '" : "Definitions of virtual host '") + name + "'";
  boost::json::object file{{"rabbit_version", json_text(all.about.rabbitmq_version)},
                           {"rabbitmq_version", json_text(all.about.rabbitmq_version)},
                           {"product_name", "Wharf"},
                           {"product_version", json_text(all.about.version)},
                           {"rabbitmq_definition_format", json_text(format)}};
  file[all.of_cluster ? "original_cluster_name" : "original_vhost_name"] = json_text(name);
  file["explanation"] = json_text(explanation);
  return file;
}

boost::json::object file_of(Everything& all) {
  boost::json::object file = heading(all);
  if (all.of_cluster) {
    add_cluster(file, all);
  } else {
    boost::json::object metadata = metadata_json(all.vhosts.front().note, all.vhosts.front().default_queue_type);
    file["metadata"] = metadata;
    file["description"] = metadata["description"];
    file["default_queue_type"] = metadata["default_queue_type"];
    file["limits"] = boost::json::array();
  }
  for (std::string_view section : {"parameters", "policies", "queues", "exchanges", "bindings"}) {
    file[boost::json::string_view(section.data(), section.size())] = boost::json::array();
  }
  for (Vhost& vhost : all.vhosts) {
    sort(vhost);
    Section section(all.of_cluster, vhost.name);
    add_policies(file, vhost, section);
    add_queues(file, vhost, section);
    add_routes(file, vhost, section);
  }
  return file;
}

/// ?download=NAME: a browser keeps it under that name.
void offer_download(const http::Request& request, http::Response& response) {
  std::string name;
  for (char letter : request.parameter("download").value_or("")) {
    bool is_plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                    (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '.' || letter == '_' ||
                    letter == '@';
    name += is_plain ? letter : '_';
  }
  if (!name.empty()) response.headers.emplace_back("Content-Disposition", "attachment; filename=" + name);
}

runtime::Task<http::Response> export_all(Call* call, Everything all) {
  all.about = call->about;
  for (Vhost& vhost : all.vhosts) co_await gather(call, &vhost);
  auto write = [all = std::move(all)]() mutable { return json_answer(file_of(all)); };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  offer_download(call->request, response);
  co_return response;
}

}  // namespace

Answer export_definitions(Call* call) {
  Everything all;
  all.users = call->access().users();
  all.permissions = call->access().permissions();
  all.topic_permissions = call->access().topic_permissions();
  all.global_parameters = co_await call->ports.parameters.list(call->here, broker::ParameterKind::kGlobal);
  all.cluster_name = co_await cluster_name_of(call);
  for (std::string& name : call->ports.entities.namespaces(call->here)) {
    all.vhosts.push_back({.name = std::move(name)});
  }
  http::Response response = co_await export_all(call, std::move(all));
  co_return response;
}

Answer export_definitions_of_vhost(Call* call) {
  if (!call->view()) co_return bad_request("vhost_not_found");
  Everything all;
  all.of_cluster = false;
  all.vhosts.push_back({.name = call->vhost()});
  http::Response response = co_await export_all(call, std::move(all));
  co_return response;
}

}  // namespace wharf::management
