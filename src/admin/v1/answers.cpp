#include "admin/v1/answers.hpp"

namespace wharf::v1 {

http::Response refusal(unsigned status, std::string_view error, std::string_view reason) {
  return json_http::error_answer(status, error, json_text(reason));
}

http::Response refusal_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
    case ErrorCode::kUnknownTopicId:
      return not_found(error.message);
    case ErrorCode::kAccessRefused:
      return forbidden(error.message);
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kGroupNotEmpty:
    case ErrorCode::kGroupSubscribed:
    case ErrorCode::kPreconditionFailed:
      return conflict(error.message);
    case ErrorCode::kDiskFull:
    case ErrorCode::kBusy:
    case ErrorCode::kClosed:
    case ErrorCode::kTimedOut:
    case ErrorCode::kUnavailable:
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kCoordinatorLoading:
    case ErrorCode::kStorage:
      return refusal(503, "service_unavailable", error.message);
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return refusal(500, "internal_server_error", error.message);
    default:
      return bad_request(error.message);
  }
}

http::Response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

}  // namespace wharf::v1
