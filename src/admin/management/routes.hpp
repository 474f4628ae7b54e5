#pragma once
// The table of the management API: which request is answered by whom, and who may ask.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/management/call.hpp"

namespace wharf::management {

enum class Right : std::uint8_t {
  kAnybody,        // without signing in
  kSignedIn,       // any of the management tags
  kSees,           // ... and may look into the virtual host that the path names first
  kEnters,         // ... and has a permission in it
  kMonitors,       // the tag monitoring or administrator
  kAdministrator,  // the tag administrator
  kPolicyMaker,    // the tag policymaker or administrator
  kMakesPolicies,  // that one; or the tag policymaker, and a permission in the virtual host that the path names first
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/queues/{vhost}/{name}"; a segment in braces is any
  Right right;
  Handler handler;
};

std::span<const Route> routes();

struct Found {
  const Route* route = nullptr;    // nullptr: `allowed` is what there is for the path; empty: nothing
  std::vector<std::string> names;  // in place of the braces
  std::string allowed;             // "DELETE, GET"
};
/// A HEAD finds its GET.
Found find_route(std::string_view method, std::span<const std::string> segments);

}  // namespace wharf::management
