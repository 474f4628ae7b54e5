// Topic permissions: which keys of a topic exchange a user may publish with and bind by.
#include <functional>

#include <boost/json/object.hpp>

#include "admin/management/access_json.hpp"
#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/exchange_named.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

Answer list(Call* call, std::function<bool(const security::TopicPermission&)> wanted) {
  std::vector<security::TopicPermission> items = call->access().topic_permissions();
  std::erase_if(items, [&](const security::TopicPermission& one) { return !wanted(one); });
  return answer_list(call, std::move(items), [](const security::TopicPermission& one) { return json_of(one); });
}

/// Of the user and virtual host that the path names, by exchange.
std::vector<security::TopicPermission> find(const Call& call) {
  std::vector<security::TopicPermission> found;
  auto access = call.access().access(call.names.at(1), call.names.at(0));
  if (!access) return found;
  for (const auto& [exchange, rules] : access->topics) found.push_back(rules.permission);
  return found;
}

}  // namespace

Answer list_topic_permissions(Call* call) {
  return list(call, [](const security::TopicPermission&) { return true; });
}

Answer list_topic_permissions_of_user(Call* call) {
  const std::string& user = call->names.at(0);
  if (call->access().find_user(user) == nullptr) co_return nothing_here();
  http::Response response =
      co_await list(call, [user](const security::TopicPermission& one) { return one.user == user; });
  co_return response;
}

Answer list_topic_permissions_of_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  http::Response response = co_await list(
      call, [vhost = call->vhost()](const security::TopicPermission& one) { return one.name_space == vhost; });
  co_return response;
}

Answer get_topic_permission(Call* call) {
  std::vector<security::TopicPermission> found = find(*call);
  if (found.empty()) co_return nothing_here();
  boost::json::array items;
  for (const security::TopicPermission& permission : found) items.push_back(json_of(permission));
  co_return json_answer(items);
}

Answer put_topic_permission(Call* call) {
  Body body(call->request.body);
  security::TopicPermission permission{.user = call->names.at(1),
                                       .name_space = call->names.at(0),
                                       .exchange = body.required_text("exchange"),
                                       .write = body.required_text("write"),
                                       .read = body.required_text("read")};
  if (body.refusal()) co_return *body.refusal();
  bool is_new = find(*call).empty();
  Result<void> set = co_await call->ports.access.set_topic_permission(call->here, std::move(permission));
  if (!set && set.error().code == ErrorCode::kNotFound) co_return bad_request("vhost_or_user_not_found");
  if (!set) co_return answer_of(set.error());
  co_return put_answer(is_new);
}

/// Of one exchange where the path names it, else of all.
Answer delete_topic_permission(Call* call) {
  std::vector<security::TopicPermission> found = find(*call);
  if (call->names.size() > 2) {
    std::erase_if(found, [&](const auto& one) { return one.exchange != exchange_named(call->names.at(2)); });
  }
  if (found.empty()) co_return nothing_here();
  for (const security::TopicPermission& one : found) {
    security::TopicPermissionRemoved which{one.user, one.name_space, one.exchange};
    Result<void> cleared = co_await call->ports.access.clear_topic_permission(call->here, std::move(which));
    if (!cleared) co_return answer_of(cleared.error());
  }
  co_return no_content();
}

}  // namespace wharf::management
