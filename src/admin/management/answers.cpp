#include "admin/management/answers.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/utf8.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLongestSequence = 4;

/// Of the character that the text begins with; 0: none.
std::size_t character_bytes(std::string_view text) {
  for (std::size_t length = 1; length <= std::min(kLongestSequence, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

boost::json::string json_text(std::string_view text) {
  if (is_utf8(text)) return boost::json::string(boost::json::string_view(text.data(), text.size()));
  boost::json::string shown;
  while (!text.empty()) {
    std::size_t length = character_bytes(text);
    std::string_view next = length == 0 ? kReplacement : text.substr(0, length);
    shown.append(boost::json::string_view(next.data(), next.size()));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown;
}

http::Response json_answer(const boost::json::value& body) {
  return {.status = 200,
          .content_type = "application/json",
          .body = boost::json::serialize(body),
          .headers = {{"Cache-Control", "no-cache"}}};
}

http::Response created() {
  return {.status = 201, .content_type = {}, .body = {}, .headers = {}};
}

http::Response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

http::Response error_answer(unsigned status, std::string_view error, const boost::json::value& reason) {
  http::Response response = json_answer(boost::json::object{{"error", json_text(error)}, {"reason", reason}});
  response.status = status;
  return response;
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
