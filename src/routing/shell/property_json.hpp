#pragma once
// Arguments as JSON, with their types: [["x-message-ttl","signedint",5000],["x-match","longstr","all"]]. A table is a
// list of name, type and value, since names may come twice and their order counts; a list is one of type and value.
// Types bear RabbitMQ's names. Text that is no UTF-8 is {"hex":"ff00"}, floats are text that reads back as the same
// bits.
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "model/error.hpp"
#include "model/property.hpp"

namespace wharf::routing {

/// Levels that a reader of stored JSON must allow: a table inside a table is two.
inline constexpr std::size_t kMaxStoredJsonDepth = 256;

boost::json::value to_json(const PropertyTable& table);
/// kMalformed.
Result<PropertyTable> table_from_json(const boost::json::value& json);

/// A text, whatever its bytes.
boost::json::value text_to_json(std::string_view text);
Result<std::string> text_from_json(const boost::json::value& json);

}  // namespace wharf::routing
