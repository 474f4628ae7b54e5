#pragma once
// What the user of a call may do. Topics are of the virtual host "/", where AMQP's clients see them as streams: a
// topic's patterns are those of a queue of its name.
#include <optional>
#include <string_view>

#include "admin/v1/routes.hpp"

namespace wharf::v1 {

/// 403, or none.
std::optional<http::Response> refused(const Call& call, Right right);
std::optional<http::Response> refused(const Call& call, security::Verb verb, std::string_view topic);

}  // namespace wharf::v1
