#include "admin/json_http/sign_in.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "admin/json_http/answers.hpp"
#include "model/base64.hpp"

namespace wharf::json_http {
namespace {

constexpr std::array<std::string_view, 4> kManagementTags{"administrator", "monitoring", "policymaker", "management"};

struct Credentials {
  std::string name, password;
};

/// What stands behind the scheme ("basic ", in small letters); none: it is another one.
std::optional<std::string_view> authorization(const http::Request& request, std::string_view scheme) {
  std::string_view header = request.header("authorization").value_or("");
  bool is_it = header.size() > scheme.size() &&
               std::ranges::equal(header.substr(0, scheme.size()), scheme,
                                  [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  return is_it ? std::optional(header.substr(scheme.size())) : std::nullopt;
}

std::optional<std::string_view> token_in(const http::Request& request) {
  return authorization(request, "bearer ");
}

/// "Basic " and base64 of name, colon, password.
std::optional<Credentials> credentials_of(const http::Request& request) {
  std::optional<std::string_view> given = authorization(request, "basic ");
  if (!given) return std::nullopt;
  std::optional<std::string> text = from_base64(*given);
  std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{text->substr(0, colon), text->substr(colon + 1)};
}

http::Response sign_in_first() {
  http::Response response = error_answer(401, "not_authorized", "Not_Authorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"RabbitMQ Management\"");
  return response;
}

/// Its owner, as that user is now.
Result<security::Principal> owner_of(std::string_view text, const broker::Access& access, const Tokens& tokens,
                                     const runtime::Shard& here, const http::Request& request) {
  const Token* token = tokens.match(text, request.remote, here.clock().wall_now());
  if (token == nullptr)
    return fail(ErrorCode::kSignInRefused, "the token is not known, has expired or may not come from there");
  const security::User* user = access.table(here).find_user(token->user);
  if (user == nullptr)
    return fail(ErrorCode::kSignInRefused, fmt::format("the token's user '{}' does not exist", token->user));
  return security::Principal{.name = user->name, .tags = user->tags, .client_id = {}};
}

Result<security::Principal> user_of(const broker::Access& access, const Tokens& tokens, const runtime::Shard& here,
                                    const http::Request& request) {
  if (std::optional<std::string_view> token = token_in(request)) return owner_of(*token, access, tokens, here, request);
  std::optional<Credentials> credentials = credentials_of(request);
  if (credentials) return access.sign_in(here, credentials->name, credentials->password, request.remote);
  bool shows_something = request.header("authorization").has_value();
  return fail(ErrorCode::kSignInRefused, shows_something ? "neither a name and a password nor a token" : "");
}

}  // namespace

bool may_manage(const std::vector<std::string>& tags) {
  return std::ranges::find_first_of(tags, kManagementTags) != tags.end();
}

bool has_token(const http::Request& request) {
  return token_in(request).has_value();
}

std::expected<security::Principal, Refused> manager_of(const broker::Access& access, const Tokens& tokens,
                                                       const runtime::Shard& here, const http::Request& request) {
  Result<security::Principal> user = user_of(access, tokens, here, request);
  if (!user) return std::unexpected(Refused{sign_in_first(), user.error().message});
  if (!may_manage(user->tags))
    return std::unexpected(Refused{error_answer(401, "not_authorised", "Not management user"),
                                   fmt::format("user '{}' has no tag that lets it manage", user->name)});
  return std::move(*user);
}

http::Response refuse(runtime::Logger& logger, const http::Request& request, Refused refused) {
  if (!refused.reason.empty())
    logger.warn("refused a login",
                {{"listener", "admin"}, {"from", request.remote.text()}, {"reason", refused.reason}});
  return std::move(refused.answer);
}

}  // namespace wharf::json_http
