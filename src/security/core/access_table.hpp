#pragma once
// Users and what they may do: a value without clock, I/O or chance, changed by definitions. Every shard that applies
// the same ones decides the same. Not synchronised; a shard has its own (copies share compiled patterns, which lock
// inside).
//
//   table.apply(definition);                                             // from the metadata log, or asked for
//   Result<Principal> who = table.sign_in("alice", "secret", Peer::kRemote);
//   if (!table.may_use_namespace(*who, "/")) return fail(vhost_refused(who->name, "/"));
//   AccessDecisions decisions(*who, "/");                                // of the connection: access_decisions.hpp
//   Result<void> allowed = decisions.check(table, Verb::kWrite, Resource::exchange("orders"));
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "security/core/access.hpp"
#include "security/core/definitions.hpp"
#include "security/core/namespace_access.hpp"

namespace wharf::security {

enum class Peer : std::uint8_t { kLoopback, kRemote };

class AccessTable {
 public:
  /// `loopback_users` sign in from this machine only, whether they exist or not.
  explicit AccessTable(std::set<std::string, std::less<>> loopback_users = {"guest"})
      : loopback_users_(std::move(loopback_users)) {}

  /// kInvalidName, kInvalidArgument: nothing has changed. Taking away what is not there is fine. A permission may come
  /// before its user, as in a compacted log it does; whoever is asked by people looks first (find_user).
  Result<void> apply(const Definition& definition);
  /// All that goes when a user or a namespace goes. Each is to be stored and applied: a permission left behind would be
  /// the next user's of that name.
  std::vector<Definition> removal_of_user(std::string_view name) const;
  std::vector<Definition> removal_of_namespace(std::string_view name_space) const;
  /// Rises with every change.
  std::uint64_t version() const { return version_; }

  /// kSignInRefused, with the reason for the log; the client is told login_refused (refusals.hpp).
  Result<Principal> sign_in(std::string_view name, std::string_view password, Peer peer) const;
  bool may_use_namespace(const Principal& principal, std::string_view name_space) const;
  /// Compiles where a topic permission has variables: hot paths ask AccessDecisions.
  bool may(const Principal& principal, std::string_view name_space, Verb verb, const Resource& resource) const;

  const User* find_user(std::string_view name) const;
  /// Null: nothing was set for this user there.
  std::shared_ptr<const NamespaceAccess> access(std::string_view user, std::string_view name_space) const;
  /// Everything, as RabbitMQ's export has it: sorted by user, virtual host, exchange.
  std::vector<User> users() const;
  std::vector<Permission> permissions() const;
  std::vector<TopicPermission> topic_permissions() const;

 private:
  using ByNamespace = std::map<std::string, std::shared_ptr<const NamespaceAccess>, std::less<>>;

  Result<void> set(const User& user);
  Result<void> set(const Permission& permission);
  Result<void> set(const TopicPermission& permission);
  Result<void> set(const UserRemoved& removed);
  Result<void> set(const PermissionRemoved& removed);
  Result<void> set(const TopicPermissionRemoved& removed);
  NamespaceAccess copy_of(std::string_view user, std::string_view name_space) const;
  void replace(const std::string& user, const std::string& name_space, NamespaceAccess changed);

  std::set<std::string, std::less<>> loopback_users_;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, ByNamespace, std::less<>> access_;
  std::uint64_t version_ = 0;
};

}  // namespace wharf::security
