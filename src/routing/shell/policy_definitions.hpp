#pragma once
// Policies as definitions of the metadata log, beside those of definitions.hpp.
//
//   policy/<namespace>/<name>   operator-policy/<namespace>/<name>
#include <string>
#include <string_view>

#include "cluster/metadata/metadata_record.hpp"
#include "model/error.hpp"
#include "routing/core/policy.hpp"

namespace wharf::routing {

std::string_view definition_kind(PolicyKind kind);
std::string policy_key(PolicyKind kind, std::string_view name_space, std::string_view name);
cluster::Definition definition_of(PolicyKind kind, std::string_view name_space, const Policy& policy);

struct StoredPolicy {
  std::string name_space;
  Policy policy;
};
/// kMalformed. Its definition is as it was stored: what a version does not know means nothing to it.
Result<StoredPolicy> read_policy(const cluster::Definition& definition);

/// With its pattern compiled. kInvalidArgument: that is no regular expression that is matched in bounded time
/// (security/core/pattern.hpp); unlike a permission's, an empty one is in every name.
Result<ActivePolicyPointer> active_policy(Policy policy);

}  // namespace wharf::routing
