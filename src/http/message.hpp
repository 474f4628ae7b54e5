#pragma once
// A request and a response as their handler sees them (RFC 9110).
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/endpoint.hpp"

namespace wharf::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;   // as sent: "GET"
  std::string path;     // decoded, without the query: "/topics/a b"
  std::vector<std::string> segments;  // the same cut at its slashes before it was decoded: "/a/b%2Fc" is {"a", "b/c"}
  Pairs query;          // decoded, in order
  Pairs headers;        // names in lower case, in order
  std::string body;
  bool keep_alive = true;
  Endpoint remote;      // whose connection it came by

  /// The first of that name; `name` in lower case.
  std::optional<std::string_view> header(std::string_view name) const { return find(headers, name); }
  std::optional<std::string_view> parameter(std::string_view name) const { return find(query, name); }

 private:
  static std::optional<std::string_view> find(const Pairs& pairs, std::string_view name) {
    for (const auto& [key, value] : pairs) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

struct Response {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  Pairs headers;  // others than Content-Type, Content-Length, Connection, Date
};

/// What cannot be served, and why.
struct Refusal {
  unsigned status = 400;
  std::string sentence;
};

/// The refusal as JSON: {"status":404,"error":"there is no /x here"}.
Response refusal(unsigned status, std::string_view sentence);
/// 405 that names what is allowed: "GET, HEAD".
Response method_not_allowed(std::string_view allowed);

}  // namespace wharf::http
