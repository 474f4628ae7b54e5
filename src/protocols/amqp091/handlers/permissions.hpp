#pragma once
// What the client's user may do, in RabbitMQ's order of questions: before it is looked whether the thing is there.
// ACCESS_REFUSED, which closes the channel. Decisions are remembered by the connection.
#include <string_view>

#include "model/property.hpp"
#include "protocols/amqp091/handlers/client.hpp"
#include "routing/core/exchange.hpp"
#include "security/core/access.hpp"

namespace wharf::amqp091 {

Outcome<void> may(Client& client, security::Verb verb, const security::Resource& resource);

/// To declare what is not there yet: itself, and the exchange that `argument` (alternate-exchange,
/// x-dead-letter-exchange) names.
Outcome<void> may_lead_to(Client& client, const security::Resource& resource, const PropertyTable& arguments,
                          std::string_view argument);
/// To bind or unbind: both ends, and the key where the source is a topic exchange.
Outcome<void> may_bind(Client& client, std::string_view source, const security::Resource& destination,
                       std::string_view key);
/// A key of this exchange, if it is one of topics.
Outcome<void> may_use_key(Client& client, security::Verb verb, const routing::Exchange& exchange, std::string_view key);

}  // namespace wharf::amqp091
