#include "admin/management/answers.hpp"

namespace wharf::management {

http::Response created() {
  return {.status = 201, .content_type = {}, .body = {}, .headers = {}};
}

http::Response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

http::Response nothing_here() {
  return error_answer(404, "Object Not Found", "Not Found");
}

http::Response not_found(std::string_view what) {
  return error_answer(404, "not_found", json_text(what));
}

http::Response bad_request(const boost::json::value& reason) {
  return error_answer(400, "bad_request", reason);
}

http::Response not_authorised(std::string_view reason) {
  return error_answer(401, "not_authorised", json_text(reason));
}

http::Response answer_of(const Error& error) {
  boost::json::string reason = json_text(error.message);
  switch (error.code) {
    case ErrorCode::kNotFound:
    case ErrorCode::kUnknownTopicId:
      return not_found(error.message);
    case ErrorCode::kAccessRefused:
    case ErrorCode::kPolicyViolation:
      return not_authorised(error.message);
    case ErrorCode::kDiskFull:
    case ErrorCode::kBusy:
    case ErrorCode::kClosed:
    case ErrorCode::kTimedOut:
    case ErrorCode::kUnavailable:
      return error_answer(503, "service_unavailable", reason);
    case ErrorCode::kStorage:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return error_answer(500, "internal_server_error", reason);
    default:
      return bad_request(reason);
  }
}

http::Response answer_of(const amqp091::ProtocolError& error) {
  if (error.code == amqp091::ReplyCode::kNotFound) return not_found(error.message);
  if (error.code == amqp091::ReplyCode::kAccessRefused) return not_authorised(error.message);
  return bad_request(json_text(error.message));
}

}  // namespace wharf::management
