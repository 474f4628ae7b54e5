// Users: who there is, with hashes of their passwords.
#include <boost/json/object.hpp>

#include "admin/management/access_json.hpp"
#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/tags.hpp"

namespace wharf::management {
namespace {

std::vector<std::string> tags_in(Body& body) {
  const boost::json::value* value = body.find("tags");
  if (value == nullptr) {
    body.refuse("tags_not_present");
    return {};
  }
  std::optional<std::vector<std::string>> tags = tags_of(*value);
  if (!tags) body.refuse("tags must be texts");
  return std::move(tags).value_or(std::vector<std::string>());
}

void read_password(Call& call, Body& body, security::User& user) {
  std::optional<std::string> password = body.text("password");
  std::optional<std::string> hash = body.text("password_hash");
  std::optional<std::string> algorithm = body.text("hashing_algorithm");
  if (password && hash) return body.refuse("both_password_and_password_hash_are_provided");
  if (password && !password->empty()) user.password_hash = call.ports.access.hash_password(*password);
  if (!hash) return;
  user.password_hash = *hash;
  if (!algorithm) return;
  std::optional<security::HashingAlgorithm> known = security::hashing_algorithm(*algorithm);
  if (!known) return body.refuse(json_text("unknown hashing_algorithm '" + *algorithm + "'"));
  user.hashing_algorithm = *known;
}

/// A token left behind would be the next user's of that name; one may be made until the user is gone.
runtime::Task<Result<void>> delete_with_tokens(Call* call, std::string name) {
  Result<void> revoked = co_await call->ports.tokens.revoke_all_of(call->here, name);
  if (!revoked) co_return revoked;
  Result<void> deleted = co_await call->ports.access.delete_user(call->here, name);
  if (!deleted) co_return deleted;
  revoked = co_await call->ports.tokens.revoke_all_of(call->here, std::move(name));
  co_return revoked;
}

}  // namespace

Answer list_users(Call* call) {
  return answer_list(call, call->access().users(), [](const security::User& user) { return json_of(user); });
}

Answer get_user(Call* call) {
  const security::User* user = call->access().find_user(call->names.at(0));
  if (user == nullptr) co_return nothing_here();
  co_return json_answer(json_of(*user));
}

Answer put_user(Call* call) {
  Body body(call->request.body);
  security::User user{.name = call->names.at(0), .password_hash = {}, .tags = tags_in(body)};
  read_password(*call, body, user);
  if (body.refusal()) co_return *body.refusal();
  bool is_new = call->access().find_user(user.name) == nullptr;
  Result<void> put = co_await call->ports.access.put_user(call->here, std::move(user));
  if (!put) co_return answer_of(put.error());
  co_return put_answer(is_new);
}

Answer delete_user(Call* call) {
  Result<void> deleted = co_await delete_with_tokens(call, call->names.at(0));
  if (!deleted && deleted.error().code == ErrorCode::kNotFound) co_return nothing_here();
  if (!deleted) co_return answer_of(deleted.error());
  co_return no_content();
}

Answer delete_users(Call* call) {
  Body body(call->request.body);
  const boost::json::value* list = body.find("users");
  if (list == nullptr || !list->is_array()) body.refuse("[{key_missing,users}]");
  if (body.refusal()) co_return *body.refusal();
  for (const boost::json::value& name : list->as_array()) {
    if (!name.is_string()) co_return bad_request("users must be texts");
    Result<void> deleted = co_await delete_with_tokens(call, std::string(name.as_string()));
    if (!deleted && deleted.error().code != ErrorCode::kNotFound) co_return answer_of(deleted.error());
  }
  co_return no_content();
}

}  // namespace wharf::management
