#include "routing/shell/policy_definitions.hpp"

#include <utility>

#include <boost/json.hpp>

#include "routing/shell/definition_key.hpp"
#include "routing/shell/property_json.hpp"
#include "security/core/pattern.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::kMalformed, std::string(why));
}

Result<json::object> object_of(const cluster::Definition& definition) {
  if (!definition.value) return malformed("has no value");
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kMaxStoredJsonDepth;
  json::value value = json::parse(json::string_view(*definition.value), error, {}, options);
  if (error || !value.is_object()) return malformed("is no JSON object");
  return std::move(value.get_object());
}

}  // namespace

std::string_view definition_kind(PolicyKind kind) {
  return kind == PolicyKind::kPolicy ? "policy" : "operator-policy";
}

std::string policy_key(PolicyKind kind, std::string_view name_space, std::string_view name) {
  return definition_key(definition_kind(kind), {name_space, name});
}

cluster::Definition definition_of(PolicyKind kind, std::string_view name_space, const Policy& policy) {
  json::object object{{"pattern", text_to_json(policy.pattern)},
                      {"apply-to", to_string(policy.applies_to)},
                      {"priority", policy.priority},
                      {"definition", to_json(policy.definition)}};
  return {policy_key(kind, name_space, policy.name), json::serialize(object)};
}

Result<StoredPolicy> read_policy(const cluster::Definition& definition) {
  auto names = names_of_key(definition.key, 2);
  if (!names) return fail(names.error());
  Result<json::object> object = object_of(definition);
  if (!object) return fail(object.error());
  for (const char* member : {"pattern", "apply-to", "priority", "definition"}) {
    if (!object->contains(member)) return malformed("a policy lacks a member");
  }
  Result<std::string> pattern = text_from_json(object->at("pattern"));
  if (!pattern) return fail(pattern.error());
  Result<std::string> word = text_from_json(object->at("apply-to"));
  std::optional<AppliesTo> applies_to = word ? applies_to_of(*word) : std::nullopt;
  if (!applies_to || !object->at("priority").is_int64())
    return malformed("a policy's 'apply-to' or 'priority' is none");
  Result<PropertyTable> keys = table_from_json(object->at("definition"));
  if (!keys) return fail(keys.error());
  return StoredPolicy{std::move((*names)[0]),
                      {.name = std::move((*names)[1]),
                       .pattern = std::move(*pattern),
                       .applies_to = *applies_to,
                       .priority = object->at("priority").get_int64(),
                       .definition = std::move(*keys)}};
}

Result<ActivePolicyPointer> active_policy(Policy policy) {
  std::function<bool(std::string_view)> matches = [](std::string_view) { return true; };
  if (!policy.pattern.empty()) {
    Result<security::Pattern> pattern = security::Pattern::compile(policy.pattern);
    if (!pattern) {
      return fail(ErrorCode::kInvalidArgument,
                  "pattern should be regular expression but is invalid: " + pattern.error().message);
    }
    matches = [pattern = std::move(*pattern)](std::string_view name) { return pattern.matches(name); };
  }
  return std::make_shared<const ActivePolicy>(ActivePolicy{std::move(policy), std::move(matches)});
}

}  // namespace wharf::routing
