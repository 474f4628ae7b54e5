#pragma once
// Policies of one namespace: definitions that hold for every queue and exchange whose name matches, as RabbitMQ has
// them. Of those that match one applies, the one of the highest priority (of equals, the first by name); beside it the
// operator policy found the same way, and where both have a key the stricter value counts.
//
//   Policies policies;
//   policies.set(PolicyKind::kPolicy, active);                                        // it and its compiled pattern
//   EffectivePolicy now = policies.effective({PolicyTarget::kClassicQueue, "jobs"});  // now.definition:
//   {{"max-length", 5}}
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/property.hpp"

namespace wharf::routing {

enum class PolicyKind : std::uint8_t { kPolicy, kOperatorPolicy };

/// What a policy may apply to, as RabbitMQ's `apply-to` says it.
enum class AppliesTo : std::uint8_t { kAll, kQueues, kClassicQueues, kQuorumQueues, kStreams, kExchanges };
/// "all", "queues", "classic_queues", ...
std::string_view to_string(AppliesTo applies_to);
/// None: no such word.
std::optional<AppliesTo> applies_to_of(std::string_view word);

struct Policy {
  std::string name;
  std::string pattern;  // a regular expression, searched for in names; "" is in every one
  AppliesTo applies_to = AppliesTo::kAll;
  std::int64_t priority = 0;  // the higher wins
  PropertyTable definition;   // key and value: policy_keys.hpp
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// A policy, and whether its pattern is in a name. Shared by all shards.
struct ActivePolicy {
  Policy policy;
  std::function<bool(std::string_view)> matches;
};
using ActivePolicyPointer = std::shared_ptr<const ActivePolicy>;

/// Something that policies may apply to.
struct PolicyTarget {
  enum Kind : std::uint8_t { kClassicQueue, kQuorumQueue, kStream, kExchange };
  Kind kind;
  std::string_view name;
};
/// `type` as it was declared.
PolicyTarget queue_target(std::string_view name, std::string_view type);

/// What applies to a target: at most one of each kind, and what they come to together, by key.
struct EffectivePolicy {
  ActivePolicyPointer policy, operator_policy;
  PropertyTable definition;
};

class Policies {
 public:
  /// In place of the one of its name, where there is one.
  void set(PolicyKind kind, ActivePolicyPointer policy);
  void clear(PolicyKind kind, std::string_view name);
  /// nullptr: none.
  ActivePolicyPointer find(PolicyKind kind, std::string_view name) const;
  /// By name.
  std::vector<ActivePolicyPointer> list(PolicyKind kind) const;
  bool empty() const { return by_kind_[0].empty() && by_kind_[1].empty(); }

  EffectivePolicy effective(const PolicyTarget& target) const;

 private:
  using ByName = std::map<std::string, ActivePolicyPointer, std::less<>>;
  static ActivePolicyPointer applying(const ByName& policies, const PolicyTarget& target);

  ByName by_kind_[2];  // by PolicyKind
};

/// The lower of numeric limits (of delivery limits, where a negative one is none, the limit), the larger of sizes of
/// groups, else the operator's value. By key.
PropertyTable merged(const PropertyTable& policy, const PropertyTable& operator_policy);

}  // namespace wharf::routing
