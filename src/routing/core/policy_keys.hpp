#pragma once
// The keys that a policy's definition may have, and what their values must be. docs/policies.md is the same table for
// people.
#include <string_view>

#include "model/error.hpp"
#include "model/property.hpp"
#include "routing/core/policy.hpp"

namespace wharf::routing {

/// kInvalidArgument, with RabbitMQ's sentence where it has one ("-1 is not a valid maximum length"): a key that is not
/// known or does not belong to this kind of policy, a value that is none, no key at all; a key that nothing here could
/// act on. kInvalidName: no name.
Result<void> check_policy(PolicyKind kind, const Policy& policy);

/// RabbitMQ's sentence for a word that applies_to_of() does not know.
Error bad_applies_to(std::string_view word);

}  // namespace wharf::routing
