#include "admin/json_http/answers.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/utf8.hpp"

namespace wharf::json_http {
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

http::Response error_answer(unsigned status, std::string_view error, const boost::json::value& reason) {
  http::Response response = json_answer(boost::json::object{{"error", json_text(error)}, {"reason", reason}});
  response.status = status;
  return response;
}

}  // namespace wharf::json_http
