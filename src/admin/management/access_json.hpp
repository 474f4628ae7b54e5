#pragma once
// Users and what they may do, as the management API and definitions show them.
#include <boost/json/object.hpp>

#include "security/core/definitions.hpp"

namespace wharf::management {

boost::json::object json_of(const security::User& user);
boost::json::object json_of(const security::Permission& permission);
boost::json::object json_of(const security::TopicPermission& permission);

}  // namespace wharf::management
