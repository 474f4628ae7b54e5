// Users: who there is, with hashes of their passwords.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

boost::json::object json_of(const security::User& user) {
  boost::json::array tags;
  for (const std::string& tag : user.tags) tags.push_back(json_text(tag));
  std::string_view algorithm = security::to_string(user.hashing_algorithm);
  return {{"name", json_text(user.name)},
          {"password_hash", json_text(user.password_hash)},
          {"hashing_algorithm", json_text(algorithm)},
          {"tags", std::move(tags)},
          {"limits", boost::json::object()}};
}

/// A list, or one text with commas between.
std::vector<std::string> tags_of(Body& body) {
  const boost::json::value* value = body.find("tags");
  std::vector<std::string> tags;
  if (value == nullptr) {
    body.refuse("tags_not_present");
  } else if (const boost::json::array* list = value->if_array()) {
    for (const boost::json::value& one : *list) {
      if (!one.is_string()) body.refuse("tags must be texts");
      if (one.is_string()) tags.emplace_back(one.as_string());
    }
  } else {
    std::string text = body.text("tags").value_or("");
    std::string_view left = text;
    while (!left.empty()) {
      std::string_view tag = left.substr(0, left.find(','));
      left.remove_prefix(std::min(left.size(), tag.size() + 1));
      while (tag.starts_with(' ')) tag.remove_prefix(1);
      while (tag.ends_with(' ')) tag.remove_suffix(1);
      if (!tag.empty()) tags.emplace_back(tag);
    }
  }
  return tags;
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

}  // namespace

Answer list_users(Call* call) {
  http::Response response = co_await answer_list(call, [users = call->access().users()] {
    boost::json::array items;
    for (const security::User& user : users) items.push_back(json_of(user));
    return items;
  });
  co_return response;
}

Answer get_user(Call* call) {
  const security::User* user = call->access().find_user(call->names.at(0));
  if (user == nullptr) co_return nothing_here();
  co_return json_answer(json_of(*user));
}

Answer put_user(Call* call) {
  Body body(call->request.body);
  security::User user{.name = call->names.at(0), .password_hash = {}, .tags = tags_of(body)};
  read_password(*call, body, user);
  if (body.refusal()) co_return *body.refusal();
  bool is_new = call->access().find_user(user.name) == nullptr;
  Result<void> put = co_await call->ports.access.put_user(call->here, std::move(user));
  if (!put) co_return answer_of(put.error());
  co_return put_answer(is_new);
}

Answer delete_user(Call* call) {
  Result<void> deleted = co_await call->ports.access.delete_user(call->here, call->names.at(0));
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
    Result<void> deleted = co_await call->ports.access.delete_user(call->here, std::string(name.as_string()));
    if (!deleted && deleted.error().code != ErrorCode::kNotFound) co_return answer_of(deleted.error());
  }
  co_return no_content();
}

}  // namespace wharf::management
