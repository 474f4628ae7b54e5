#include "http/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace wharf::http {

Response refusal(unsigned status, std::string_view sentence) {
  boost::json::object body{{"status", status}, {"error", boost::json::string_view(sentence.data(), sentence.size())}};
  return {.status = status, .content_type = "application/json", .body = boost::json::serialize(body) + "\n", .headers = {}};
}

Response method_not_allowed(std::string_view allowed) {
  Response response = refusal(405, fmt::format("this can only be asked with {}", allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace wharf::http
