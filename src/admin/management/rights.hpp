#pragma once
// What the user of a call may see and do. Administrators look into all virtual hosts, others into those that they have
// a permission in. Below a virtual host the rules are AMQP's (docs/security.md), asked in the same order.
#include <string>
#include <string_view>
#include <vector>

#include "admin/management/call.hpp"
#include "model/error.hpp"
#include "routing/core/exchange.hpp"

namespace wharf::management {

bool sees(const Call& call, std::string_view vhost);
/// By name.
std::vector<std::string> visible_vhosts(const Call& call);

// Errors: kAccessRefused.
Result<void> may(const Call& call, security::Verb verb, const security::Resource& resource);
/// To declare what is not there yet: itself, and the exchange that `argument` (alternate-exchange,
/// x-dead-letter-exchange) names.
Result<void> may_lead_to(const Call& call, const security::Resource& resource, const PropertyTable& arguments,
                         std::string_view argument);
/// To bind or unbind: both ends, and the key where the source is a topic exchange.
Result<void> may_bind(const Call& call, const routing::Binding& binding);
/// A key of this exchange, if it is one of topics.
Result<void> may_use_key(const Call& call, security::Verb verb, const routing::Exchange& exchange,
                         std::string_view key);

}  // namespace wharf::management
