#pragma once
// What applies to a queue or exchange, as it is shown with it.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/property_json.hpp"
#include "routing/core/policy.hpp"

namespace wharf::management {

/// policy, operator_policy (names; null: none) and effective_policy_definition.
inline void add_policy_fields(boost::json::object& json, const routing::EffectivePolicy& effective) {
  auto name_of = [](const routing::ActivePolicyPointer& policy) -> boost::json::value {
    if (!policy) return nullptr;
    return json_text(policy->policy.name);
  };
  json["policy"] = name_of(effective.policy);
  json["operator_policy"] = name_of(effective.operator_policy);
  json["effective_policy_definition"] = json_of(effective.definition);
}

}  // namespace wharf::management
