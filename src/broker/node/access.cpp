#include "broker/node/access.hpp"

#include <span>
#include <utility>

namespace wharf::broker {

bool is_loopback(std::string_view host) {
  return host == "::1" || host.starts_with("127.") || host.starts_with("::ffff:127.");
}

std::set<std::string, std::less<>> loopback_users(std::string_view list) {
  std::set<std::string, std::less<>> users;
  while (!list.empty()) {
    std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    name.remove_prefix(std::min(name.size(), name.find_first_not_of(' ')));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (!name.empty()) users.emplace(name);
  }
  return users;
}

Result<security::Principal> NodeAccess::sign_in(const runtime::Shard& here, std::string_view name,
                                                std::string_view password, const Endpoint& remote) const {
  security::Peer peer = is_loopback(remote.host) ? security::Peer::kLoopback : security::Peer::kRemote;
  return authority_->table(here).sign_in(name, password, peer);
}

std::string NodeAccess::hash_password(std::string_view password) {
  security::Salt salt;
  random_.fill(std::as_writable_bytes(std::span(salt)));
  return security::hash_password(salt, password);
}

runtime::Task<Result<void>> NodeAccess::put_user(runtime::Shard& here, security::User user) {
  return authority_->put_user(here, std::move(user));
}

runtime::Task<Result<void>> NodeAccess::delete_user(runtime::Shard& here, std::string name) {
  Result<void> deleted = co_await authority_->delete_user(here, name);
  if (deleted) co_await evictions_.of_user(here, std::move(name));
  co_return deleted;
}

runtime::Task<Result<void>> NodeAccess::set_permission(runtime::Shard& here, security::Permission permission) {
  return authority_->set_permission(here, std::move(permission));
}

runtime::Task<Result<void>> NodeAccess::set_topic_permission(runtime::Shard& here,
                                                             security::TopicPermission permission) {
  return authority_->set_topic_permission(here, std::move(permission));
}

runtime::Task<Result<void>> NodeAccess::clear_permission(runtime::Shard& here, security::PermissionRemoved which) {
  return authority_->clear_permission(here, std::move(which));
}

runtime::Task<Result<void>> NodeAccess::clear_topic_permission(runtime::Shard& here,
                                                               security::TopicPermissionRemoved which) {
  return authority_->clear_topic_permission(here, std::move(which));
}

}  // namespace wharf::broker
