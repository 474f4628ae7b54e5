#include "admin/cross_site.hpp"

namespace wharf::admin {

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

}  // namespace wharf::admin
