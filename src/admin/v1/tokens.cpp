// Tokens of users: made, listed, revoked. admin/json_http/tokens.hpp keeps them.
#include <chrono>

#include "admin/json_http/sign_in.hpp"
#include "admin/v1/answers.hpp"
#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/shapes.hpp"

namespace wharf::v1 {
namespace {

constexpr std::int64_t kDefaultSeconds = 90 * shapes::kDaySeconds;

boost::json::object json_of(const json_http::Token& token) {
  return {{"id", json_text(token.id)},
          {"user", json_text(token.user)},
          {"name", json_text(token.name)},
          {"created_ms", token.created_ms},
          {"expires_ms", token.expires_ms}};
}

bool is_its(const Call& call, std::string_view user) {
  return call.user.name == user || call.user.has_tag("administrator");
}

}  // namespace

Answer list_tokens(Call* call) {
  std::vector<json_http::Token> tokens = call->ports.tokens.list();
  std::erase_if(tokens, [&](const json_http::Token& token) { return !is_its(*call, token.user); });
  auto json = [now = call->here.clock().wall_now()](const json_http::Token& token) {
    boost::json::object object = json_of(token);
    object["expired"] = token.is_over(now);
    return object;
  };
  co_return page_answer(call->request, tokens, json, [](const json_http::Token& token) { return token.name; });
}

Answer create_token(Call* call) {
  if (json_http::has_token(call->request)) co_return forbidden("a token makes no tokens: sign in by password");
  json_http::Tokens::Wanted wanted{.user = call->body_text("user").value_or(call->user.name),
                                   .name = call->body_text("name").value_or("")};
  if (!is_its(*call, wanted.user)) co_return forbidden("tokens of others are for the tag administrator");
  const security::User* user = call->ports.access.table(call->here).find_user(wanted.user);
  if (user == nullptr) co_return not_found("there is no user '" + wanted.user + "'");
  if (!json_http::may_manage(user->tags)) {
    co_return conflict("user '" + wanted.user + "' has no tag, and may not sign in here: give it one first");
  }
  const std::int64_t seconds = call->body_number("expires_in_seconds").value_or(kDefaultSeconds);
  wanted.expires_ms = call->here.clock().wall_now().ms + seconds * 1000;
  auto made = co_await call->ports.tokens.make(call->here, std::move(wanted));
  if (!made) co_return refusal_of(made.error());
  boost::json::object json = json_of(made->token);
  json["token"] = made->text;
  co_return with_status(201, json_answer(std::move(json)));
}

Answer revoke_token(Call* call) {
  const json_http::Token* token = call->ports.tokens.find(call->names.front());
  // Of others' nobody is told that they are there.
  if (token == nullptr || !is_its(*call, token->user)) co_return not_found("there is no such token");
  Result<void> revoked = co_await call->ports.tokens.revoke(call->here, call->names.front());
  co_return revoked ? no_content() : refusal_of(revoked.error());
}

}  // namespace wharf::v1
