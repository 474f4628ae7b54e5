#include "admin/v1/api.hpp"

#include "admin/json_http/sign_in.hpp"
#include "admin/v1/answers.hpp"
#include "admin/v1/checked_request.hpp"
#include "admin/v1/rights.hpp"

namespace wharf::v1 {
namespace {

/// Longer ones are read beside the shard.
constexpr std::size_t kLongBody = 32u << 10;

}  // namespace

bool Api::is_asked(const http::Request& request) {
  Found found = find_route(request.method, request.segments);
  return found.route != nullptr || !found.allowed.empty();
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
    http::Response response = refusal(405, "method_not_allowed", "this path has " + found.allowed);
    response.headers.emplace_back("Allow", found.allowed);
    co_return response;
  }
  Call call{.here = here,
            .ports = ports_,
            .about = about_,
            .memory = memory_,
            .dice = dice_,
            .user = std::move(user),
            .names = {},
            .request = std::move(request),
            .body = {}};
  if (std::optional<http::Response> refusal = refused(call, found.route->right)) co_return std::move(*refusal);
  std::expected<boost::json::object, http::Response> body;
  if (call.request.body.size() > kLongBody) {
    auto work = [&found, &call] { return checked(found, call.request); };  // both stay until it is done
    body = co_await runtime::run_on(ports_.beside, here, std::move(work));
  } else {
    body = checked(found, call.request);
  }
  if (!body) co_return body.error();
  call.body = std::move(*body);
  call.names = std::move(found.names);
  http::Response response = co_await found.route->handler(&call);
  co_return response;
}

}  // namespace wharf::v1
