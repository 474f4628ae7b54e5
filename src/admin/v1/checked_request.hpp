#pragma once
// A request held to its route: parameters, content type, body.
#include <expected>

#include <boost/json/object.hpp>

#include "admin/v1/routes.hpp"

namespace wharf::v1 {

/// The body; empty where the route has none. 400: a parameter or field that the route does not know, or that is no such
/// thing; 415: no JSON. That also keeps out what a browser sends for another site's page without asking (a form, a
/// plain text).
std::expected<boost::json::object, http::Response> checked(const Found& found, const http::Request& request);

}  // namespace wharf::v1
