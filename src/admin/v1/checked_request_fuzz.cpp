// Requests of any bytes: the first byte chooses a route, the rest is its body, a query and a place to go on from. What
// passes is as the route's shape says, and can be read so.
#include <algorithm>
#include <string>

#include "admin/v1/checked_request.hpp"
#include "admin/v1/message_search.hpp"
#include "admin/v1/shape_check.hpp"
#include "http/target.hpp"
#include "model/error.hpp"

using namespace wharf;
using namespace wharf::v1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Route& route = routes()[data[0] % routes().size()];
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto braces = static_cast<std::size_t>(std::ranges::count(route.pattern, '{'));
  Found found{.route = &route, .names = std::vector<std::string>(braces, "7"), .allowed = {}};
  http::Request request;
  request.headers.emplace_back("content-type", "application/json");
  request.body = text;
  auto body = checked(found, request);
  if (body && route.body != nullptr) WHARF_ASSERT(!complaint_about(*route.body, *body));
  found.names.assign(braces, text);
  if (http::read_target("/api?" + text, request)) {
    auto asked = checked(found, request);
    WHARF_ASSERT(asked || asked.error().status >= 400);
  }
  std::optional<ReadPosition> position = ReadPosition::parse(text);
  if (position) WHARF_ASSERT(ReadPosition::parse(position->text()) == position);
  return 0;
}
