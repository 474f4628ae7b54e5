#pragma once
// The OpenAPI 3.1 document of the table of routes.
#include <string_view>

#include <boost/json/object.hpp>

namespace wharf::v1 {

boost::json::object openapi_document(std::string_view version);

}  // namespace wharf::v1
