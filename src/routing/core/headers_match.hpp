#pragma once
// A headers exchange's question: does a message's header table satisfy a binding's arguments? RabbitMQ's rules:
// `x-match` says how many must (all unless it says any); names that begin with `x-` count only for all-with-x and
// any-with-x, and `x-match` itself never; a Null in the binding asks for presence; values are compared without their
// AMQP type, so 5 is 5 in every width, and as a float.
#include <cstdint>

#include "model/error.hpp"
#include "model/property.hpp"

namespace wharf::routing {

struct HeadersMode {
  bool any = false;
  bool with_x = false;
};

/// kInvalidArgument: an x-match that is none of the four.
Result<HeadersMode> headers_mode(const PropertyTable& arguments);
bool same_value(const PropertyValue& left, const PropertyValue& right);
bool headers_match(HeadersMode mode, const PropertyTable& arguments, const PropertyTable* headers);

}  // namespace wharf::routing
