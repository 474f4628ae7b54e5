#include "admin/json_http/answers.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/utf8.hpp"

namespace wharf::json_http {

boost::json::string json_text(std::string_view text) {
  if (is_utf8(text)) return boost::json::string(boost::json::string_view(text.data(), text.size()));
  return boost::json::string(shown_as_utf8(text));
}

http::Response json_answer(const boost::json::value& body) {
  return {.status = 200,
          .content_type = "application/json",
          .body = boost::json::serialize(body),
          .headers = {{"Cache-Control", "no-cache"}}};
}

http::Response error_answer(unsigned status, std::string_view error, const boost::json::value& reason) {
  http::Response response = json_answer(boost::json::object{{"error", json_text(error)}, {"reason", reason}});
  response.status = status;
  return response;
}

}  // namespace wharf::json_http
