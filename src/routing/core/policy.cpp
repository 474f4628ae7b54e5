#include "routing/core/policy.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wharf::routing {
namespace {

constexpr std::array<std::string_view, 6> kAppliesTo{"all",           "queues",  "classic_queues",
                                                     "quorum_queues", "streams", "exchanges"};  // as AppliesTo
constexpr std::array<std::string_view, 6> kLowerWins{"expires",    "max-in-memory-bytes", "max-in-memory-length",
                                                     "max-length", "max-length-bytes",    "message-ttl"};

bool fits(AppliesTo applies_to, PolicyTarget::Kind kind) {
  switch (applies_to) {
    case AppliesTo::kAll:
      return true;
    case AppliesTo::kQueues:
      return kind != PolicyTarget::kExchange;
    case AppliesTo::kClassicQueues:
      return kind == PolicyTarget::kClassicQueue;
    case AppliesTo::kQuorumQueues:
      return kind == PolicyTarget::kQuorumQueue;
    case AppliesTo::kStreams:
      return kind == PolicyTarget::kStream;
    case AppliesTo::kExchanges:
      return kind == PolicyTarget::kExchange;
  }
  return false;
}

PropertyValue merged_value(std::string_view key, const PropertyValue& policy, const PropertyValue& operator_policy) {
  std::optional<std::int64_t> one = integer_of(policy), other = integer_of(operator_policy);
  if (!one || !other) return operator_policy;
  bool lower_wins = std::ranges::find(kLowerWins, key) != kLowerWins.end();
  bool larger_wins = key == "target-group-size";
  if (key == "delivery-limit") {
    lower_wins = *one >= 0 && *other >= 0;
    larger_wins = !lower_wins;
  }
  if (lower_wins) return std::min(*one, *other);
  if (larger_wins) return std::max(*one, *other);
  return operator_policy;
}

}  // namespace

std::string_view to_string(AppliesTo applies_to) {
  return kAppliesTo[static_cast<std::size_t>(applies_to)];
}

std::optional<AppliesTo> applies_to_of(std::string_view word) {
  auto at = std::ranges::find(kAppliesTo, word);
  if (at == kAppliesTo.end()) return std::nullopt;
  return static_cast<AppliesTo>(at - kAppliesTo.begin());
}

PolicyTarget queue_target(std::string_view name, std::string_view type) {
  return {type == "quorum" ? PolicyTarget::kQuorumQueue : PolicyTarget::kClassicQueue, name};
}

void Policies::set(PolicyKind kind, ActivePolicyPointer policy) {
  std::string name = policy->policy.name;
  by_kind_[std::to_underlying(kind)].insert_or_assign(std::move(name), std::move(policy));
}

void Policies::clear(PolicyKind kind, std::string_view name) {
  ByName& policies = by_kind_[std::to_underlying(kind)];
  auto found = policies.find(name);
  if (found != policies.end()) policies.erase(found);
}

ActivePolicyPointer Policies::find(PolicyKind kind, std::string_view name) const {
  const ByName& policies = by_kind_[std::to_underlying(kind)];
  auto found = policies.find(name);
  return found == policies.end() ? nullptr : found->second;
}

std::vector<ActivePolicyPointer> Policies::list(PolicyKind kind) const {
  std::vector<ActivePolicyPointer> all;
  for (const auto& [name, policy] : by_kind_[std::to_underlying(kind)]) all.push_back(policy);
  return all;
}

ActivePolicyPointer Policies::applying(const ByName& policies, const PolicyTarget& target) {
  const ActivePolicyPointer* best = nullptr;
  for (const auto& [name, policy] : policies) {
    if (best != nullptr && policy->policy.priority <= (*best)->policy.priority) continue;
    if (fits(policy->policy.applies_to, target.kind) && policy->matches(target.name)) best = &policy;
  }
  return best == nullptr ? nullptr : *best;
}

EffectivePolicy Policies::effective(const PolicyTarget& target) const {
  EffectivePolicy effective{applying(by_kind_[0], target), applying(by_kind_[1], target), {}};
  static const PropertyTable kNone;
  effective.definition = merged(effective.policy ? effective.policy->policy.definition : kNone,
                                effective.operator_policy ? effective.operator_policy->policy.definition : kNone);
  return effective;
}

PropertyTable merged(const PropertyTable& policy, const PropertyTable& operator_policy) {
  std::map<std::string_view, PropertyValue> by_key;
  for (const Property& one : policy) by_key.emplace(one.name, one.value);
  for (const Property& one : operator_policy) {
    auto [at, is_new] = by_key.emplace(one.name, one.value);
    if (!is_new) at->second = merged_value(one.name, at->second, one.value);
  }
  PropertyTable merged;
  for (auto& [key, value] : by_key) merged.push_back({std::string(key), std::move(value)});
  return merged;
}

}  // namespace wharf::routing
