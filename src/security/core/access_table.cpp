#include "security/core/access_table.hpp"

#include <fmt/format.h>

namespace wharf::security {
namespace {

/// Of no password; checked in place of a user who is not there, so that the time taken does not tell who is.
constexpr std::string_view kNobodysHash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

Result<void> AccessTable::apply(const Definition& definition) {
  Result<void> applied = std::visit([this](const auto& one) { return set(one); }, definition);
  if (applied) ++version_;
  return applied;
}

Result<void> AccessTable::set(const User& user) {
  if (Result<void> checked = check(user); !checked) return checked;
  users_[user.name] = user;
  return {};
}

Result<void> AccessTable::set(const Permission& permission) {
  if (Result<void> checked = check(permission); !checked) return checked;
  Result<ResourceRules> rules = ResourceRules::compile(permission);
  if (!rules) return fail(rules.error());
  NamespaceAccess changed = copy_of(permission.user, permission.name_space);
  changed.resources = *std::move(rules);
  replace(permission.user, permission.name_space, std::move(changed));
  return {};
}

Result<void> AccessTable::set(const TopicPermission& permission) {
  if (Result<void> checked = check(permission); !checked) return checked;
  Result<TopicRules> rules = TopicRules::compile(permission);
  if (!rules) return fail(rules.error());
  NamespaceAccess changed = copy_of(permission.user, permission.name_space);
  changed.topics[permission.exchange] = *std::move(rules);
  replace(permission.user, permission.name_space, std::move(changed));
  return {};
}

Result<void> AccessTable::set(const UserRemoved& removed) {
  users_.erase(removed.name);
  access_.erase(removed.name);
  return {};
}

Result<void> AccessTable::set(const PermissionRemoved& removed) {
  NamespaceAccess changed = copy_of(removed.user, removed.name_space);
  changed.resources.reset();
  replace(removed.user, removed.name_space, std::move(changed));
  return {};
}

Result<void> AccessTable::set(const TopicPermissionRemoved& removed) {
  NamespaceAccess changed = copy_of(removed.user, removed.name_space);
  changed.topics.erase(removed.exchange);
  replace(removed.user, removed.name_space, std::move(changed));
  return {};
}

NamespaceAccess AccessTable::copy_of(std::string_view user, std::string_view name_space) const {
  std::shared_ptr<const NamespaceAccess> held = access(user, name_space);
  return held ? *held : NamespaceAccess();
}

void AccessTable::replace(const std::string& user, const std::string& name_space, NamespaceAccess changed) {
  ByNamespace& all = access_[user];
  if (changed.empty()) {
    all.erase(name_space);
  } else {
    all[name_space] = std::make_shared<const NamespaceAccess>(std::move(changed));
  }
  if (all.empty()) access_.erase(user);
}

std::vector<Definition> AccessTable::removal_of_user(std::string_view name) const {
  std::vector<Definition> removal;
  if (find_user(name)) removal.emplace_back(UserRemoved{std::string(name)});
  auto found = access_.find(name);
  if (found == access_.end()) return removal;
  for (const auto& [name_space, access] : found->second) {
    if (access->resources) removal.emplace_back(PermissionRemoved{std::string(name), name_space});
    for (const auto& [exchange, rules] : access->topics) {
      removal.emplace_back(TopicPermissionRemoved{std::string(name), name_space, exchange});
    }
  }
  return removal;
}

std::vector<Definition> AccessTable::removal_of_namespace(std::string_view name_space) const {
  std::vector<Definition> removal;
  for (const auto& [user, all] : access_) {
    auto found = all.find(name_space);
    if (found == all.end()) continue;
    if (found->second->resources) removal.emplace_back(PermissionRemoved{user, found->first});
    for (const auto& [exchange, rules] : found->second->topics) {
      removal.emplace_back(TopicPermissionRemoved{user, found->first, exchange});
    }
  }
  return removal;
}

Result<Principal> AccessTable::sign_in(std::string_view name, std::string_view password, Peer peer) const {
  const User* user = find_user(name);
  bool blank = user && user->password_hash.empty();
  bool matches = user && !blank ? password_matches(user->password_hash, user->hashing_algorithm, password)
                                : (password_matches(kNobodysHash, HashingAlgorithm::kSha256, password), false);
  if (password.empty()) {
    return fail(ErrorCode::kSignInRefused,
                fmt::format("user '{}' attempted to log in with a blank password, which is prohibited", name));
  }
  if (!matches) return fail(ErrorCode::kSignInRefused, fmt::format("user '{}' - invalid credentials", name));
  if (peer != Peer::kLoopback && loopback_users_.contains(name)) {
    return fail(ErrorCode::kSignInRefused, fmt::format("user '{}' can only connect via localhost", name));
  }
  return Principal{.name = user->name, .tags = user->tags};
}

bool AccessTable::may_use_namespace(const Principal& principal, std::string_view name_space) const {
  std::shared_ptr<const NamespaceAccess> held = access(principal.name, name_space);
  return held && held->resources;
}

bool AccessTable::may(const Principal& principal, std::string_view name_space, Verb verb,
                      const Resource& resource) const {
  std::shared_ptr<const NamespaceAccess> held = access(principal.name, name_space);
  if (!held || !held->resources) return false;
  if (resource.kind != ResourceKind::kTopicKey) return held->resources->allow(verb, resource);
  auto rules = held->topics.find(resource.name);
  if (rules == held->topics.end()) return verb != Verb::kConfigure;
  return ResolvedTopicRules(rules->second, {principal.name, name_space, principal.client_id}).allow(verb, resource.key);
}

const User* AccessTable::find_user(std::string_view name) const {
  auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

std::shared_ptr<const NamespaceAccess> AccessTable::access(std::string_view user, std::string_view name_space) const {
  auto of_user = access_.find(user);
  if (of_user == access_.end()) return nullptr;
  auto found = of_user->second.find(name_space);
  return found == of_user->second.end() ? nullptr : found->second;
}

std::vector<User> AccessTable::users() const {
  std::vector<User> all;
  for (const auto& [name, user] : users_) all.push_back(user);
  return all;
}

std::vector<Permission> AccessTable::permissions() const {
  std::vector<Permission> all;
  for (const auto& [user, by_namespace] : access_) {
    for (const auto& [name_space, access] : by_namespace) {
      if (access->resources) all.push_back(access->resources->permission);
    }
  }
  return all;
}

std::vector<TopicPermission> AccessTable::topic_permissions() const {
  std::vector<TopicPermission> all;
  for (const auto& [user, by_namespace] : access_) {
    for (const auto& [name_space, access] : by_namespace) {
      for (const auto& [exchange, rules] : access->topics) all.push_back(rules.permission);
    }
  }
  return all;
}

}  // namespace wharf::security
