#pragma once
// Answers of this API, and what the ports' errors mean in it.
#include <string_view>

#include "admin/json_http/answers.hpp"
#include "model/error.hpp"

namespace wharf::v1 {

using json_http::json_answer;
using json_http::json_text;

http::Response refusal(unsigned status, std::string_view error, std::string_view reason);
inline http::Response bad_request(std::string_view reason) {
  return refusal(400, "bad_request", reason);
}
inline http::Response forbidden(std::string_view reason) {
  return refusal(403, "forbidden", reason);
}
inline http::Response not_found(std::string_view reason) {
  return refusal(404, "not_found", reason);
}
inline http::Response conflict(std::string_view reason) {
  return refusal(409, "conflict", reason);
}
http::Response refusal_of(const Error& error);
http::Response no_content();

inline http::Response with_status(unsigned status, http::Response response) {
  response.status = status;
  return response;
}

}  // namespace wharf::v1
