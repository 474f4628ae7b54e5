#include "admin/json_http/sign_in.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "admin/json_http/answers.hpp"
#include "model/base64.hpp"

namespace wharf::json_http {
namespace {

constexpr std::array<std::string_view, 4> kManagementTags{"administrator", "monitoring", "policymaker", "management"};

struct Credentials {
  std::string name, password;
};

/// "Basic " and base64 of name, colon, password.
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

}  // namespace

std::expected<security::Principal, http::Response> manager_of(const broker::Access& access, const runtime::Shard& here,
                                                              const http::Request& request) {
  std::optional<Credentials> credentials = credentials_of(request);
  if (!credentials) return std::unexpected(sign_in_first());
  Result<security::Principal> user = access.sign_in(here, credentials->name, credentials->password, request.remote);
  if (!user) return std::unexpected(sign_in_first());
  bool may_manage = std::ranges::any_of(kManagementTags, [&](std::string_view tag) { return user->has_tag(tag); });
  if (!may_manage) return std::unexpected(error_answer(401, "not_authorised", "Not management user"));
  return std::move(*user);
}

}  // namespace wharf::json_http
