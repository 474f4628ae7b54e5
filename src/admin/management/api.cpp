#include "admin/management/api.hpp"

#include <algorithm>
#include <expected>

#include "admin/json_http/sign_in.hpp"
#include "admin/management/answers.hpp"
#include "admin/management/definitions.hpp"
#include "admin/management/node_fields.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

/// Why not; none: go on.
std::optional<http::Response> refusal_of(const Call& call, Right right) {
  if (right == Right::kAnybody || right == Right::kSignedIn) return std::nullopt;
  if (right == Right::kMonitors) {
    if (is_monitor(call.user)) return std::nullopt;
    return not_authorised("Not monitor user");
  }
  if (right == Right::kPolicyMaker) {
    if (call.user.has_tag("administrator") || call.user.has_tag("policymaker")) return std::nullopt;
    return not_authorised("User not authorised to access object");
  }
  if (right == Right::kAdministrator) {
    if (call.user.has_tag("administrator")) return std::nullopt;
    return not_authorised("Not administrator user");
  }
  if (right == Right::kMakesPolicies) {
    if (call.user.has_tag("administrator")) return std::nullopt;
    bool makes = call.user.has_tag("policymaker") && call.access().may_use_namespace(call.user, call.vhost());
    if (makes) return std::nullopt;
    return not_authorised("User not authorised to access object");
  }
  if (!sees(call, call.vhost())) return not_authorised("User not authorised to access virtual host");
  if (!call.view()) return right == Right::kSees ? nothing_here() : not_found("vhost_not_found");
  if (right == Right::kSees || call.access().may_use_namespace(call.user, call.vhost())) return std::nullopt;
  return not_authorised("User not authorised to access virtual host");
}

}  // namespace

std::size_t Api::larger_body(const runtime::Shard& here, const http::Request& head, std::size_t limit) const {
  bool is_import = head.method == "POST" && head.segments.size() > 1 && head.segments[1] == "definitions";
  if (!is_import) return limit;
  std::expected<security::Principal, json_http::Refused> user =
      json_http::manager_of(ports_.access, ports_.tokens, here, head);
  return user && user->has_tag("administrator") ? std::max(limit, kDefinitionsBytesMax) : limit;
}

runtime::Task<http::Response> Api::answer(runtime::Shard& here, http::Request request) {
  Found found = find_route(request.method, request.segments);
  security::Principal user;
  if (found.route == nullptr || found.route->right != Right::kAnybody) {
    std::expected<security::Principal, json_http::Refused> manager =
        json_http::manager_of(ports_.access, ports_.tokens, here, request);
    if (!manager) co_return json_http::refuse(ports_.logger, request, std::move(manager.error()));
    user = std::move(*manager);
  }
  if (found.route == nullptr) {
    if (found.allowed.empty()) co_return nothing_here();
    co_return http::method_not_allowed(found.allowed);
  }
  Call call{.here = here,
            .ports = ports_,
            .about = about_,
            .dice = dice_,
            .user = std::move(user),
            .names = std::move(found.names),
            .request = std::move(request)};
  if (std::optional<http::Response> refusal = refusal_of(call, found.route->right)) co_return std::move(*refusal);
  http::Response response = co_await found.route->handler(&call);
  co_return response;
}

}  // namespace wharf::management
