#pragma once
// Arguments and headers as the management API shows them: plain JSON, without AMQP's types. What comes in as JSON is a
// bool, a 64-bit integer, a double, text, a list or a table.
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "model/property.hpp"

namespace wharf::management {

boost::json::object json_of(const PropertyTable& table);
PropertyValue value_of(const boost::json::value& json);
PropertyTable table_of(const boost::json::object& json);

}  // namespace wharf::management
