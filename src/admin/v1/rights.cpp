#include "admin/v1/rights.hpp"

#include "admin/v1/answers.hpp"
#include "model/default_namespace.hpp"
#include "security/core/refusals.hpp"

namespace wharf::v1 {
namespace {

bool monitors(const security::Principal& user) {
  return user.has_tag("administrator") || user.has_tag("monitoring");
}

/// Topics and groups are of that virtual host.
bool enters(const Call& call) {
  return call.ports.access.table(call.here).may_use_namespace(call.user, kDefaultNamespace);
}

}  // namespace

std::optional<http::Response> refused(const Call& call, Right right) {
  switch (right) {
    case Right::kAnybody:
    case Right::kSignedIn:
      return std::nullopt;
    case Right::kSees:
      if (monitors(call.user) || enters(call)) return std::nullopt;
      return forbidden(
          "topics are for who has a permission in the virtual host /, and for the tags monitoring and administrator");
    case Right::kOperates:
      if (call.user.has_tag("administrator") || (call.user.has_tag("policymaker") && enters(call))) return std::nullopt;
      return forbidden(
          "this is for the tag administrator, and for policymaker with a permission in the virtual host /");
    case Right::kMonitors:
      if (monitors(call.user)) return std::nullopt;
      return forbidden("this is for the tags administrator and monitoring");
  }
  return forbidden("");
}

std::optional<http::Response> refused(const Call& call, security::Verb verb, std::string_view topic) {
  security::Resource resource = security::Resource::queue(topic);
  if (call.ports.access.table(call.here).may(call.user, kDefaultNamespace, verb, resource)) return std::nullopt;
  return refusal_of(security::access_refused(call.user.name, kDefaultNamespace, verb, resource));
}

}  // namespace wharf::v1
