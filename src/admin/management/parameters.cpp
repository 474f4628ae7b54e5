// Parameters: of virtual hosts there are operator policies, which RabbitMQ keeps among them; global ones are kept for
// who asks. Limits there are none.
#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kComponent = "operator_policy";
/// RabbitMQ keeps what it knows a cluster by among the global parameters; here it is Kafka's as well. Definitions are
/// of any cluster and leave it out, but those of RabbitMQ have theirs, which is kept like others then.
constexpr std::string_view kClusterId = "internal_cluster_id";

boost::json::object json_of(std::string_view vhost, const routing::Policy& policy) {
  boost::json::object value{{"pattern", json_text(policy.pattern)},
                            {"definition", management::json_of(policy.definition)},
                            {"priority", policy.priority},
                            {"apply-to", json_text(routing::to_string(policy.applies_to))}};
  return {{"value", std::move(value)},
          {"vhost", json_text(vhost)},
          {"component", json_text(kComponent)},
          {"name", json_text(policy.name)}};
}

Answer list(Call* call, std::vector<std::string> vhosts) {
  std::vector<boost::json::object> items;
  for (const std::string& vhost : vhosts) {
    Result<std::vector<routing::Policy>> policies =
        call->ports.policies.list(call->here, routing::PolicyKind::kOperatorPolicy, vhost);
    if (!policies) continue;  // the virtual host is gone since
    for (const routing::Policy& policy : *policies) items.push_back(json_of(vhost, policy));
    co_await runtime::next_turn(call->here);
  }
  http::Response response =
      co_await answer_list(call, std::move(items), [](const boost::json::object& one) { return one; });
  co_return response;
}

boost::json::object json_of_value(std::string_view name, std::string_view value) {
  boost::system::error_code error;
  boost::json::value read = boost::json::parse({value.data(), value.size()}, error);
  return {{"name", json_text(name)}, {"value", std::move(read)}};
}

std::string cluster_id_of(const Call& call) {
  return boost::json::serialize(json_text(call.about.cluster_name));
}

}  // namespace

Answer list_parameters(Call* call) {
  bool is_known = call->names.empty() || call->names.at(0) == kComponent;
  return list(call, is_known ? visible_vhosts(*call) : std::vector<std::string>());
}

Answer list_parameters_of_vhost(Call* call) {
  const std::string& vhost = call->names.at(1);
  if (!call->ports.entities.find(call->here, vhost) || !sees(*call, vhost)) co_return nothing_here();
  bool is_known = call->names.at(0) == kComponent;
  http::Response response = co_await list(call, is_known ? std::vector{vhost} : std::vector<std::string>());
  co_return response;
}

Answer get_parameter(Call* call) {
  const std::string& vhost = call->names.at(1);
  if (call->names.at(0) != kComponent || !sees(*call, vhost)) co_return nothing_here();
  Result<routing::Policy> found =
      call->ports.policies.find(call->here, routing::PolicyKind::kOperatorPolicy, vhost, call->names.at(2));
  if (!found) co_return nothing_here();
  co_return json_answer(json_of(vhost, *found));
}

/// Shovels, federation's upstreams, limits: what nobody would act on is refused, as by RabbitMQ without their plugins.
Answer put_parameter(Call* call) {
  const std::string& component = call->names.at(0);
  if (!call->ports.entities.find(call->here, call->names.at(1))) co_return not_found("vhost_not_found");
  std::string_view why = component == kComponent ? "is set at /api/operator-policies" : "not found";
  co_return bad_request(json_text(fmt::format("Validation failed\n\ncomponent {} {}\n", component, why)));
}

Answer delete_parameter(Call* call) {
  if (call->names.at(0) != kComponent) co_return nothing_here();
  Result<void> cleared = co_await call->ports.policies.clear(call->here, routing::PolicyKind::kOperatorPolicy,
                                                             call->names.at(1), call->names.at(2));
  if (cleared) co_return no_content();
  co_return cleared.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(cleared.error());
}

Answer list_global_parameters(Call* call) {
  broker::Parameters::ByName all = co_await call->ports.parameters.list(call->here, broker::ParameterKind::kGlobal);
  all.try_emplace(std::string(kClusterId), cluster_id_of(*call));
  std::vector<std::pair<std::string, std::string>> items(all.begin(), all.end());
  http::Response response = co_await answer_list(call, std::move(items),
                                                 [](const auto& one) { return json_of_value(one.first, one.second); });
  co_return response;
}

Answer get_global_parameter(Call* call) {
  const std::string& name = call->names.at(0);
  std::optional<std::string> value =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kGlobal, name);
  if (!value && name == kClusterId) value = cluster_id_of(*call);
  if (!value) co_return nothing_here();
  co_return json_answer(json_of_value(name, *value));
}

Answer put_global_parameter(Call* call) {
  Body body(call->request.body);
  body.require({"value"});
  if (body.refusal()) co_return *body.refusal();
  std::string value = boost::json::serialize(*body.find("value"));
  const std::string& name = call->names.at(0);
  std::optional<std::string> before =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kGlobal, name);
  Result<void> kept =
      co_await call->ports.parameters.set(call->here, broker::ParameterKind::kGlobal, name, std::move(value));
  if (!kept) co_return answer_of(kept.error());
  co_return put_answer(!before);
}

Answer delete_global_parameter(Call* call) {
  const std::string& name = call->names.at(0);
  std::optional<std::string> before =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kGlobal, name);
  if (!before) co_return nothing_here();
  Result<void> gone =
      co_await call->ports.parameters.set(call->here, broker::ParameterKind::kGlobal, name, std::nullopt);
  if (!gone) co_return answer_of(gone.error());
  co_return no_content();
}

Answer list_limits_of_user(Call* call) {
  if (call->access().find_user(call->names.at(0)) == nullptr) co_return nothing_here();
  co_return json_answer(boost::json::array());
}

}  // namespace wharf::management
