#include "admin/management/api.hpp"

#include <algorithm>
#include <array>
#include <expected>

#include "admin/management/answers.hpp"
#include "admin/management/definitions.hpp"
#include "admin/management/node_fields.hpp"
#include "admin/management/rights.hpp"
#include "model/base64.hpp"

namespace wharf::management {
namespace {

constexpr std::array<std::string_view, 4> kManagementTags{"administrator", "monitoring", "policymaker", "management"};

struct Credentials {
  std::string name, password;
};

/// RFC 7617: "Basic " and base64 of name, colon, password.
std::optional<Credentials> credentials_of(const http::Request& request) {
  std::string_view header = request.header("authorization").value_or("");
  constexpr std::string_view kScheme = "basic ";
  bool is_basic = header.size() > kScheme.size() &&
                  std::ranges::equal(header.substr(0, kScheme.size()), kScheme,
                                     [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  if (!is_basic) return std::nullopt;
  std::optional<std::string> text = from_base64(header.substr(kScheme.size()));
  std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{text->substr(0, colon), text->substr(colon + 1)};
}

http::Response sign_in_first() {
  http::Response response = error_answer(401, "not_authorized", "Not_Authorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"RabbitMQ Management\"");
  return response;
}

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

/// Who asks, if they may use this API at all.
std::expected<security::Principal, http::Response> Api::sign_in(const runtime::Shard& here,
                                                                const http::Request& request) const {
  std::optional<Credentials> credentials = credentials_of(request);
  if (!credentials) return std::unexpected(sign_in_first());
  Result<security::Principal> user =
      ports_.access.sign_in(here, credentials->name, credentials->password, request.remote);
  if (!user) return std::unexpected(sign_in_first());
  bool may_manage = std::ranges::any_of(kManagementTags, [&](std::string_view tag) { return user->has_tag(tag); });
  if (!may_manage) return std::unexpected(not_authorised("Not management user"));
  return std::move(*user);
}

std::size_t Api::larger_body(const runtime::Shard& here, const http::Request& head, std::size_t limit) const {
  bool is_import = head.method == "POST" && head.segments.size() > 1 && head.segments[1] == "definitions";
  if (!is_import) return limit;
  std::expected<security::Principal, http::Response> user = sign_in(here, head);
  return user && user->has_tag("administrator") ? std::max(limit, kDefinitionsBytesMax) : limit;
}

runtime::Task<http::Response> Api::answer(runtime::Shard& here, http::Request request) {
  Found found = find_route(request.method, request.segments);
  security::Principal user;
  if (found.route == nullptr || found.route->right != Right::kAnybody) {
    std::expected<security::Principal, http::Response> manager = sign_in(here, request);
    if (!manager) co_return manager.error();
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
