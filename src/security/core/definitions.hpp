#pragma once
// What people decide about access: users, and what each may do in a namespace (RabbitMQ: virtual host). Plain values,
// with the fields of RabbitMQ's definitions. All texts are UTF-8, names at most kNameBytesMax.
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/error.hpp"
#include "security/core/password.hpp"

namespace wharf::security {

inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kTagsMax = 100;

struct User {
  std::string name;
  std::string password_hash;  // password.hpp; empty: no sign-in with a password
  HashingAlgorithm hashing_algorithm = HashingAlgorithm::kSha256;
  /// RabbitMQ's own: administrator, monitoring, policymaker, management, impersonator; others mean nothing to us.
  std::vector<std::string> tags;
  friend bool operator==(const User&, const User&) = default;
};

/// Patterns (pattern.hpp) of the names of exchanges and queues. That there is one lets the user into the namespace.
struct Permission {
  std::string user, name_space;
  std::string configure, write, read;
  friend bool operator==(const Permission&, const Permission&) = default;
};

/// Patterns of routing keys, for publishing to and binding from a topic exchange, beside the permission for the
/// exchange.
struct TopicPermission {
  std::string user, name_space, exchange;
  std::string write, read;
  friend bool operator==(const TopicPermission&, const TopicPermission&) = default;
};

struct UserRemoved {
  std::string name;
  friend bool operator==(const UserRemoved&, const UserRemoved&) = default;
};
struct PermissionRemoved {
  std::string user, name_space;
  friend bool operator==(const PermissionRemoved&, const PermissionRemoved&) = default;
};
struct TopicPermissionRemoved {
  std::string user, name_space, exchange;
  friend bool operator==(const TopicPermissionRemoved&, const TopicPermissionRemoved&) = default;
};

/// One thing set, or taken away.
using Definition =
    std::variant<User, Permission, TopicPermission, UserRemoved, PermissionRemoved, TopicPermissionRemoved>;

/// Whether it can be set and stored: kInvalidName, kInvalidArgument. Patterns are looked at where they are compiled.
Result<void> check(const User& user);
Result<void> check(const Permission& permission);
Result<void> check(const TopicPermission& permission);

/// What a new cluster begins with, as RabbitMQ does: guest with the password guest, administrator, all rights on "/".
std::vector<Definition> first_definitions(Salt salt);

}  // namespace wharf::security
