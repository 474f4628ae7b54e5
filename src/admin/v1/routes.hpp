#pragma once
// The table of this API: what is asked how, by whom, and what is answered. The OpenAPI document is this table.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/v1/call.hpp"
#include "admin/v1/shape.hpp"

namespace wharf::v1 {

enum class Right : std::uint8_t {
  kAnybody,   // without signing in
  kSignedIn,  // any of the management tags
  kSees,      // the tag administrator or monitoring, or a permission in the virtual host "/", where topics are
  kOperates,  // the tag administrator or policymaker
  kMonitors,  // the tag administrator or monitoring
};

/// Of a list: whether its items have names to filter by.
enum class Paging : std::uint8_t { kNone, kPages, kPagesByName };

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/topics/{topic}", below kRoot
  Right right;
  Handler handler;
  std::string_view id;  // of the operation
  std::string_view sentence;
  std::span<const Field> query = {};
  const Shape* body = nullptr;    // nullptr: none
  unsigned status = 200;          // of what went well
  const Shape* answer = nullptr;  // nullptr: any JSON with 200, nothing with 204
  Paging paging = Paging::kNone;  // else the answer is a page of these
  std::string_view others = "";   // statuses beside those that any request may get: "404 409"; below 300 with `answer`
};

inline constexpr std::string_view kRoot = "/api/wharf/v1";

std::span<const Route> routes();
/// Without handlers: what the document has beside (queue_routes.cpp).
std::span<const Route> management_routes();
/// What stands in braces in paths.
std::span<const Field> path_fields();
/// Parameters of every list.
std::span<const Field> page_fields(Paging paging);

struct Found {
  const Route* route = nullptr;    // nullptr: `allowed` is what there is for the path; empty: nothing
  std::vector<std::string> names;  // in place of the braces
  std::string allowed;             // "DELETE, GET"
};
/// `segments` are those of a whole path. A HEAD finds its GET.
Found find_route(std::string_view method, std::span<const std::string> segments);

}  // namespace wharf::v1
