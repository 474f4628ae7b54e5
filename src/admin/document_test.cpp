// The document describes paths that another room serves: all of those, and no others.
#include <set>

#include <gtest/gtest.h>

#include "admin/management/routes.hpp"
#include "admin/v1/routes.hpp"

namespace wharf::admin {
namespace {

std::string named(std::string_view method, std::string_view pattern) {
  return std::string(method) + " " + std::string(pattern);
}

TEST(OwnDocument, DescribesEveryPathOfOursThatTheManagementApiServesAndNoOther) {
  std::set<std::string> served, described;
  for (const management::Route& route : management::routes()) {
    if (route.pattern.starts_with(v1::kRoot))
      served.insert(named(route.method, route.pattern.substr(v1::kRoot.size())));
  }
  for (const v1::Route& route : v1::management_routes()) described.insert(named(route.method, route.pattern));
  EXPECT_EQ(served, described);
}

}  // namespace
}  // namespace wharf::admin
