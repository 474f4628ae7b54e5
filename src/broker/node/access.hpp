#pragma once
// The access port over the security room's authority; a user takes the connections along.
#include <set>

#include "broker/access.hpp"
#include "broker/node/evictions.hpp"
#include "runtime/random.hpp"
#include "security/shell/access_authority.hpp"

namespace wharf::broker {

/// An address of this machine's own: 127/8, ::1, and the first as IPv6 writes it.
bool is_loopback(std::string_view host);
/// "guest,alice": who may sign in from there only.
std::set<std::string, std::less<>> loopback_users(std::string_view list);

class NodeAccess final : public Access {
 public:
  /// Both outlive it.
  NodeAccess(runtime::Random& random, Evictions& evictions) : random_(random), evictions_(evictions) {}
  /// Before any other call.
  void use(security::AccessAuthority& authority) { authority_ = &authority; }

  const security::AccessTable& table(const runtime::Shard& here) const override { return authority_->table(here); }
  Result<security::Principal> sign_in(const runtime::Shard& here, std::string_view name, std::string_view password,
                                      const Endpoint& remote) const override;
  std::string hash_password(std::string_view password) override;
  runtime::Task<Result<void>> put_user(runtime::Shard& here, security::User user) override;
  runtime::Task<Result<void>> delete_user(runtime::Shard& here, std::string name) override;
  runtime::Task<Result<void>> set_permission(runtime::Shard& here, security::Permission permission) override;
  runtime::Task<Result<void>> set_topic_permission(runtime::Shard& here, security::TopicPermission permission) override;
  runtime::Task<Result<void>> clear_permission(runtime::Shard& here, security::PermissionRemoved which) override;
  runtime::Task<Result<void>> clear_topic_permission(runtime::Shard& here,
                                                     security::TopicPermissionRemoved which) override;

 private:
  runtime::Random& random_;
  Evictions& evictions_;
  security::AccessAuthority* authority_ = nullptr;
};

}  // namespace wharf::broker
