// Health checks: 200 and {"status":"ok"}, or 503 and what is wrong.
#include <algorithm>

#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/resources.hpp"
#include "model/number_text.hpp"

namespace wharf::management {
namespace {

http::Response ok(boost::json::object more = {}) {
  boost::json::object json{{"status", "ok"}};
  for (auto& [name, value] : more) json.emplace(name, std::move(value));
  return json_answer(std::move(json));
}

http::Response failed(std::string_view reason, boost::json::object more = {}) {
  boost::json::object json{{"status", "failed"}, {"reason", json_text(reason)}};
  for (auto& [name, value] : more) json.emplace(name, std::move(value));
  http::Response response = json_answer(std::move(json));
  response.status = 503;
  return response;
}

http::Response check_alarms(const Call& call, std::string_view reason) {
  broker::Shortage shortage = call.ports.operate.shortage(call.here);
  boost::json::array alarms;
  auto add = [&](std::string_view resource) {
    alarms.push_back(boost::json::object{{"node", json_text(call.about.node_name)}, {"resource", json_text(resource)}});
  };
  if (shortage.memory) add("memory");
  if (shortage.disk) add("disk");
  return alarms.empty() ? ok() : failed(reason, {{"alarms", std::move(alarms)}});
}

/// RabbitMQ knows the versions of AMQP by one name.
std::string protocol_named(std::string name) {
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return name == "amqp091" || name == "amqp0.9.1" ? "amqp" : name;
}

}  // namespace

Answer check_cluster_alarms(Call* call) {
  co_return check_alarms(*call, "There are alarms in effect in the cluster");
}

Answer check_node_alarms(Call* call) {
  co_return check_alarms(*call, "There are alarms in effect on the node");
}

Answer check_port_listener(Call* call) {
  std::optional<std::uint32_t> port = parse_number<std::uint32_t>(call->names.at(0));
  if (!port) co_return bad_request("Invalid port");
  boost::json::array ports;
  for (const Listener& one : call->about.listeners()) {
    if (one.at.port == *port) co_return ok({{"port", *port}});
    ports.push_back(one.at.port);
  }
  co_return failed("No active listener", {{"missing", *port}, {"ports", std::move(ports)}});
}

Answer check_protocol_listener(Call* call) {
  std::string wanted = protocol_named(call->names.at(0));
  boost::json::array protocols;
  for (const Listener& one : call->about.listeners()) {
    if (one.protocol == wanted) co_return ok({{"protocol", json_text(wanted)}});
    protocols.push_back(json_text(one.protocol));
  }
  co_return failed("No active listener", {{"missing", json_text(wanted)}, {"protocols", std::move(protocols)}});
}

/// None of them can be down while the node is up.
Answer check_virtual_hosts(Call*) {
  co_return ok();
}

Answer check_quorum(Call*) {
  co_return ok({{"reason", "single node cluster"}});
}

/// There are no certificates that could expire.
Answer check_certificates(Call* call) {
  constexpr std::string_view kUnits[] = {"days", "weeks", "months", "years"};
  if (std::ranges::find(kUnits, call->names.at(1)) == std::end(kUnits)) {
    co_return bad_request("Time unit not recognised. Supported units: days, weeks, months, years.");
  }
  if (!parse_number<std::uint32_t>(call->names.at(0))) co_return bad_request("Invalid expiration value.");
  co_return ok();
}

/// RabbitMQ sends a message through a queue that it leaves behind. What that would show is asked directly; and it is
/// not alive where clients that publish are held back, though RabbitMQ's own message still passes.
Answer check_aliveness(Call* call) {
  std::optional<Error> refusing = co_await call->ports.operate.refusing(call->here);
  if (refusing) co_return failed("messages are not kept: " + refusing->message);
  co_return check_alarms(*call, "There are alarms in effect on the node: who publishes is held back");
}

Answer check_node(Call* call) {
  if (!call->names.empty() && call->names.at(0) != call->about.node_name) co_return nothing_here();
  co_return ok();
}

}  // namespace wharf::management
