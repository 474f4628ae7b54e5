#include "admin/v1/call.hpp"

#include "admin/v1/shape_check.hpp"

namespace wharf::v1 {

std::optional<std::int64_t> Call::number(std::string_view parameter) const {
  std::optional<std::string_view> given = request.parameter(parameter);
  return given ? integer_of(*given) : std::nullopt;
}

const boost::json::value* Call::in_body(std::string_view field) const {
  const boost::json::value* found = body.if_contains({field.data(), field.size()});
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> Call::body_text(std::string_view field) const {
  const boost::json::value* found = in_body(field);
  return found == nullptr ? std::nullopt : std::optional(std::string(found->as_string()));
}

std::optional<std::int64_t> Call::body_number(std::string_view field) const {
  const boost::json::value* found = in_body(field);
  return found == nullptr ? std::nullopt : integer_of(*found);
}

bool Call::body_flag(std::string_view field) const {
  const boost::json::value* found = in_body(field);
  return found != nullptr && found->as_bool();
}

}  // namespace wharf::v1
