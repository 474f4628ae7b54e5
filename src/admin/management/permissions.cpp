// Permissions: what a user may do in a virtual host.
#include <functional>

#include <boost/json/object.hpp>

#include "admin/management/access_json.hpp"
#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

Answer list(Call* call, std::function<bool(const security::Permission&)> wanted) {
  std::vector<security::Permission> items = call->access().permissions();
  std::erase_if(items, [&](const security::Permission& one) { return !wanted(one); });
  return answer_list(call, std::move(items), [](const security::Permission& one) { return json_of(one); });
}

/// Of the user and virtual host that the path names; nullptr: nothing was set.
const security::Permission* find(const Call& call) {
  auto access = call.access().access(call.names.at(1), call.names.at(0));
  return access && access->resources ? &access->resources->permission : nullptr;
}

}  // namespace

Answer list_permissions(Call* call) {
  return list(call, [](const security::Permission&) { return true; });
}

Answer list_permissions_of_user(Call* call) {
  const std::string& user = call->names.at(0);
  if (call->access().find_user(user) == nullptr) co_return nothing_here();
  http::Response response = co_await list(call, [user](const security::Permission& one) { return one.user == user; });
  co_return response;
}

Answer list_permissions_of_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  http::Response response =
      co_await list(call, [vhost = call->vhost()](const security::Permission& one) { return one.name_space == vhost; });
  co_return response;
}

Answer get_permission(Call* call) {
  const security::Permission* permission = find(*call);
  if (permission == nullptr) co_return nothing_here();
  co_return json_answer(json_of(*permission));
}

Answer put_permission(Call* call) {
  Body body(call->request.body);
  security::Permission permission{.user = call->names.at(1),
                                  .name_space = call->names.at(0),
                                  .configure = body.required_text("configure"),
                                  .write = body.required_text("write"),
                                  .read = body.required_text("read")};
  if (body.refusal()) co_return *body.refusal();
  bool is_new = find(*call) == nullptr;
  Result<void> set = co_await call->ports.access.set_permission(call->here, std::move(permission));
  if (!set && set.error().code == ErrorCode::kNotFound) co_return bad_request("vhost_or_user_not_found");
  if (!set) co_return answer_of(set.error());
  co_return put_answer(is_new);
}

Answer delete_permission(Call* call) {
  if (find(*call) == nullptr) co_return nothing_here();
  Result<void> cleared = co_await call->ports.access.clear_permission(
      call->here, {.user = call->names.at(1), .name_space = call->names.at(0)});
  if (!cleared) co_return answer_of(cleared.error());
  co_return no_content();
}

}  // namespace wharf::management
