#pragma once
// What is said of a node in more than one place.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "admin/management/call.hpp"

namespace wharf::management {

/// {"name", "enabled"} of each.
boost::json::array exchange_types();
/// Where this API is served.
boost::json::array contexts(const About& about);
boost::json::array listeners(const About& about);
/// RabbitMQ's monitors: who may see the node itself.
inline bool is_monitor(const security::Principal& user) {
  return user.has_tag("administrator") || user.has_tag("monitoring");
}

}  // namespace wharf::management
