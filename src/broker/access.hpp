#pragma once
// Port: who signs in, and what they may do. Looking reads the calling shard's own copy; a change is answered when it is
// kept and every shard knows it. Doors ask by an AccessDecisions of the connection's own, which remembers:
//
//   Result<security::Principal> who = access.sign_in(here, "alice", "secret", remote);
//   if (!access.table(here).may_use_namespace(*who, "/")) return fail(security::vhost_refused(who->name, "/"));
//   security::AccessDecisions decisions(*who, "/");
//   Result<void> allowed = decisions.check(access.table(here), Verb::kWrite, Resource::exchange("orders"));
#include <string>
#include <string_view>

#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "security/core/access_table.hpp"

namespace wharf::broker {

class Access {
 public:
  virtual ~Access() = default;
  /// Users, permissions, decisions. Valid until the shard's next suspension.
  virtual const security::AccessTable& table(const runtime::Shard& here) const = 0;
  /// kSignInRefused, with the reason for the log only (security/core/refusals.hpp has what the client hears).
  virtual Result<security::Principal> sign_in(const runtime::Shard& here, std::string_view name,
                                              std::string_view password, const Endpoint& remote) const = 0;

  /// For User::password_hash, with new salt.
  virtual std::string hash_password(std::string_view password) = 0;
  /// New, or in place of the one that was there. kInvalidName, kInvalidArgument.
  virtual runtime::Task<Result<void>> put_user(runtime::Shard& here, security::User user) = 0;
  /// With all permissions. kNotFound.
  virtual runtime::Task<Result<void>> delete_user(runtime::Shard& here, std::string name) = 0;
  /// kNotFound: no such user or namespace. kInvalidArgument: a pattern is none.
  virtual runtime::Task<Result<void>> set_permission(runtime::Shard& here, security::Permission permission) = 0;
  virtual runtime::Task<Result<void>> set_topic_permission(runtime::Shard& here,
                                                           security::TopicPermission permission) = 0;
  /// kNotFound: no such user or namespace. What was not set is cleared already.
  virtual runtime::Task<Result<void>> clear_permission(runtime::Shard& here, security::PermissionRemoved which) = 0;
  virtual runtime::Task<Result<void>> clear_topic_permission(runtime::Shard& here,
                                                             security::TopicPermissionRemoved which) = 0;
};

}  // namespace wharf::broker
