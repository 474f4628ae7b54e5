#include "admin/cross_site.hpp"

#include <algorithm>

namespace wharf::admin {
namespace {

bool begins_with(std::string_view text, std::string_view small_letters) {
  auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return text.size() >= small_letters.size() &&
         std::ranges::equal(text.substr(0, small_letters.size()), small_letters, {}, small);
}

bool is_of_a_browser(const http::Request& request) {
  if (request.header("sec-fetch-site") || request.header("origin")) return true;
  return begins_with(request.header("user-agent").value_or(""), "mozilla/");  // all of them say so
}

}  // namespace

bool changes_for_another_site(const http::Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return false;
  if (std::optional<std::string_view> site = request.header("sec-fetch-site")) {
    return *site != "same-origin" && *site != "none";
  }
  std::optional<std::string_view> origin = request.header("origin");
  if (!origin) return false;
  std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos) return true;  // "null": a page that has no site
  return origin->substr(scheme + 3) != request.header("host").value_or("");
}

bool lacks_json_type(const http::Request& request) {
  if (request.body.empty() || request.method == "GET" || request.method == "HEAD") return false;
  if (!is_of_a_browser(request)) return false;
  std::string_view type = request.header("content-type").value_or("");
  if (begins_with(type, "application/json")) return false;
  bool is_upload = request.segments.size() > 1 && request.segments[1] == "definitions";
  return !(is_upload && begins_with(type, "multipart/form-data"));
}

}  // namespace wharf::admin
