// Policies and operator policies: the same requests under two paths, the second of which says which kind is meant.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "routing/core/policy_keys.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::management {
namespace {

using routing::Policy;
using routing::PolicyKind;

struct Shown {
  std::string vhost;
  Policy policy;
};

boost::json::object json_of(const Shown& shown) {
  const Policy& policy = shown.policy;
  return {{"vhost", json_text(shown.vhost)},
          {"name", json_text(policy.name)},
          {"pattern", json_text(policy.pattern)},
          {"apply-to", json_text(routing::to_string(policy.applies_to))},
          {"definition", management::json_of(policy.definition)},
          {"priority", policy.priority}};
}

PolicyKind kind_of(const Call& call) {
  return call.request.segments.at(1) == "operator-policies" ? PolicyKind::kOperatorPolicy : PolicyKind::kPolicy;
}

Answer list(Call* call, std::vector<std::string> vhosts) {
  std::vector<Shown> shown;
  for (const std::string& vhost : vhosts) {
    Result<std::vector<Policy>> policies = call->ports.policies.list(call->here, kind_of(*call), vhost);
    if (!policies) continue;  // the virtual host is gone since
    for (Policy& policy : *policies) shown.push_back({vhost, std::move(policy)});
    co_await runtime::next_turn(call->here);
  }
  http::Response response = co_await answer_list(call, std::move(shown), [](const Shown& one) { return json_of(one); });
  co_return response;
}

/// RabbitMQ's form for what a policy's check says.
boost::json::string invalid(std::string_view sentence) {
  return json_text("Validation failed\n\n" + std::string(sentence) + "\n");
}

std::string pattern_of(Body& body) {
  const boost::json::value* value = body.find("pattern");
  if (value == nullptr) return "";
  if (value->is_string()) return std::string(value->as_string());
  body.refuse(invalid("pattern should be a binary but was " + routing::erlang_term(value_of(*value))));
  return "";
}

std::int64_t priority_of(Body& body) {
  const boost::json::value* value = body.find("priority");
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->as_int64();
  std::string_view kind = value->is_number() ? "a whole number" : "a number";
  body.refuse(
      invalid("priority should be " + std::string(kind) + ", actually was " + routing::erlang_term(value_of(*value))));
  return 0;
}

routing::AppliesTo applies_to_of(Body& body) {
  std::string word = body.text("apply-to").value_or("all");
  std::optional<routing::AppliesTo> applies_to = routing::applies_to_of(word);
  if (!applies_to) body.refuse(invalid(routing::bad_applies_to(word).message));
  return applies_to.value_or(routing::AppliesTo::kAll);
}

}  // namespace

Answer list_policies(Call* call) {
  return list(call, visible_vhosts(*call));
}

Answer list_policies_of_vhost(Call* call) {
  return list(call, {call->vhost()});
}

Answer get_policy(Call* call) {
  Result<Policy> found = call->ports.policies.find(call->here, kind_of(*call), call->vhost(), call->names.at(1));
  if (!found) co_return nothing_here();
  co_return json_answer(chosen_columns(call->request, json_of({call->vhost(), std::move(*found)})));
}

Answer put_policy(Call* call) {
  Body body(call->request.body);
  body.require({"pattern", "definition"});
  Policy policy{.name = call->names.at(1),
                .pattern = pattern_of(body),
                .applies_to = applies_to_of(body),
                .priority = priority_of(body),
                .definition = body.table("definition")};
  if (body.refusal()) co_return *body.refusal();
  Result<bool> set = co_await call->ports.policies.set(call->here, kind_of(*call), call->vhost(), std::move(policy));
  if (set) co_return put_answer(*set);
  if (set.error().code == ErrorCode::kInvalidArgument) co_return bad_request(invalid(set.error().message));
  if (set.error().code == ErrorCode::kNotFound) co_return not_found("vhost_not_found");
  co_return answer_of(set.error());
}

Answer delete_policy(Call* call) {
  Result<void> cleared =
      co_await call->ports.policies.clear(call->here, kind_of(*call), call->vhost(), call->names.at(1));
  if (cleared) co_return no_content();
  co_return cleared.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(cleared.error());
}

}  // namespace wharf::management
