#pragma once
// RabbitMQ's sentences, letter by letter: clients and test suites match on them. Doors put their code's name before
// ("NOT_FOUND - "). kNotFound is AMQP's 404, kPolicyViolation 403, kPreconditionFailed and kInvalidArgument 406; an
// unknown type is kInvalidRequest (503 in RabbitMQ 3, 406 in 4).
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/property.hpp"
#include "routing/core/exchange.hpp"

namespace wharf::routing {

/// "exchange 'x' in vhost '/'"; AMQP knows a log topic as a queue.
std::string resource(DestinationKind kind, std::string_view name, std::string_view vhost);
/// A value as Erlang prints it with ~p: `<<"text">>`, 5, true.
std::string erlang_term(const PropertyValue& value);
/// RabbitMQ's name of a value's type: longstr, signedint, ...
std::string_view field_type(const PropertyValue& value);

Error not_found(DestinationKind kind, std::string_view name, std::string_view vhost);
Error default_exchange_refused();
/// `received` and `current` as they stand after the colon: "'a'", "none".
Error inequivalent(std::string_view argument, std::string_view exchange, std::string_view vhost,
                   std::string_view received, std::string_view current);
/// An argument that may be missing, for `inequivalent`: an other value is told alone, one that is missing with the type
/// of the other.
std::string received_or_none(const PropertyValue* value, bool other_is_there);

}  // namespace wharf::routing
