// Any order of users, permissions and topic permissions set and taken away: the table agrees with plain lists that are
// searched from end to end, what was asked before agrees with the table, and so does a table that reads the log anew.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "security/core/access_decisions.hpp"
#include "security/core/stored_definition.hpp"

namespace wharf::security {
namespace {

struct Command {
  std::uint8_t what, a, b, c;
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << int(command.what) << "/" << int(command.a) << "/" << int(command.b) << "/" << int(command.c);
}

const std::vector<std::string> kUsers = {"u", "v"}, kNamespaces = {"/", "n"}, kNames = {"", "a", "ab", "u"};

/// Patterns with what they mean for those names and topic keys, of user `who`.
struct Rule {
  std::string pattern;
  bool (*allows)(std::string_view name, std::string_view who);
};
const std::vector<Rule> kRules = {
    {"", [](std::string_view name, std::string_view) { return name.empty(); }},
    {".*", [](std::string_view, std::string_view) { return true; }},
    {"^a", [](std::string_view name, std::string_view) { return name.starts_with('a'); }},
    {"b|^u$", [](std::string_view name, std::string_view) { return name.contains('b') || name == "u"; }},
};
const Rule kOwnName = {"^{username}$", [](std::string_view name, std::string_view who) { return name == who; }};

const Rule& rule(std::string_view pattern) {
  for (const Rule& one : kRules) {
    if (one.pattern == pattern) return one;
  }
  return kOwnName;
}

struct Model {
  std::vector<User> users;
  std::vector<Permission> permissions;
  std::vector<TopicPermission> topics;

  void apply(const User& one) { remove(one.name), users.push_back(one); }
  void apply(const Permission& one) { apply(PermissionRemoved{one.user, one.name_space}), permissions.push_back(one); }
  void apply(const TopicPermission& one) {
    apply(TopicPermissionRemoved{one.user, one.name_space, one.exchange});
    topics.push_back(one);
  }
  void apply(const UserRemoved& one) {
    remove(one.name);
    std::erase_if(permissions, [&](const Permission& held) { return held.user == one.name; });
    std::erase_if(topics, [&](const TopicPermission& held) { return held.user == one.name; });
  }
  void apply(const PermissionRemoved& one) {
    std::erase_if(permissions,
                  [&](const Permission& held) { return held.user == one.user && held.name_space == one.name_space; });
  }
  void apply(const TopicPermissionRemoved& one) {
    std::erase_if(topics, [&](const TopicPermission& held) {
      return held.user == one.user && held.name_space == one.name_space && held.exchange == one.exchange;
    });
  }
  void remove(const std::string& name) {
    std::erase_if(users, [&](const User& held) { return held.name == name; });
  }

  bool may(std::string_view user, std::string_view name_space, Verb verb, const Resource& resource) const {
    for (const Permission& one : permissions) {
      if (one.user != user || one.name_space != name_space) continue;
      if (resource.kind == ResourceKind::kTopicKey) return may_topic(user, name_space, verb, resource);
      std::string_view name =
          resource.kind == ResourceKind::kExchange && resource.name.empty() ? "amq.default" : resource.name;
      const std::string& pattern = verb == Verb::kConfigure ? one.configure
                                   : verb == Verb::kWrite   ? one.write
                                                            : one.read;
      return rule(pattern).allows(name, user);
    }
    return false;
  }
  bool may_topic(std::string_view user, std::string_view name_space, Verb verb, const Resource& resource) const {
    if (verb == Verb::kConfigure) return false;
    for (const TopicPermission& one : topics) {
      if (one.user != user || one.name_space != name_space || one.exchange != resource.name) continue;
      return rule(verb == Verb::kWrite ? one.write : one.read).allows(resource.key, user);
    }
    return true;
  }
};

Definition definition_of(const Command& command) {
  const std::string& user = kUsers[command.a % 2];
  const std::string& name_space = kNamespaces[command.a / 2 % 2];
  const std::string& exchange = kNames[command.a / 4 % kNames.size()];
  auto pattern = [&](unsigned number, bool topic) {
    std::size_t at = number % (kRules.size() + (topic ? 1 : 0));
    return at == kRules.size() ? kOwnName.pattern : kRules[at].pattern;
  };
  switch (command.what % 8) {
    case 0:
      return User{user, command.b % 2 ? hash_password({}, "p") : "", HashingAlgorithm::kSha256, {"t"}};
    case 1:
      return UserRemoved{user};
    case 2:
      return PermissionRemoved{user, name_space};
    case 3:
      return TopicPermissionRemoved{user, name_space, exchange};
    case 4:
    case 5:
      return Permission{user, name_space, pattern(command.b, false), pattern(command.b / 4u, false),
                        pattern(command.c, false)};
    default:
      return TopicPermission{user, name_space, exchange, pattern(command.b, true), pattern(command.c, true)};
  }
}

RC_GTEST_PROP(AccessModel, TableDecisionsAndReplayAgreeWithPlainLists, ()) {
  auto commands = *rc::gen::container<std::vector<Command>>(rc::gen::build<Command>(
      rc::gen::set(&Command::what), rc::gen::set(&Command::a), rc::gen::set(&Command::b), rc::gen::set(&Command::c)));
  AccessTable table;
  Model model;
  std::map<std::string, std::optional<std::string>> log;  // compacted
  std::map<std::pair<std::string, std::string>, AccessDecisions> decisions;
  for (const std::string& user : kUsers) {
    for (const std::string& name_space : kNamespaces) {
      decisions.emplace(std::pair(user, name_space), AccessDecisions({user, {}, {}}, name_space, 8));
    }
  }
  for (const Command& command : commands) {
    Definition definition = definition_of(command);
    std::vector<Definition> with_it{definition};
    if (auto* removed = std::get_if<UserRemoved>(&definition)) {
      std::ranges::copy(table.removal_of_user(removed->name), std::back_inserter(with_it));
    }
    for (const Definition& one : with_it) {
      RC_ASSERT(table.apply(one).has_value());
      std::visit([&](const auto& held) { model.apply(held); }, one);
      StoredDefinition stored = encode(one);
      log[stored.key] = stored.value;
    }
    for (auto& [where, asked] : decisions) {
      const auto& [user, name_space] = where;
      Principal who{user, {}, {}};
      for (Verb verb : {Verb::kConfigure, Verb::kWrite, Verb::kRead}) {
        for (const std::string& name : kNames) {
          for (Resource resource : {Resource::exchange(name), Resource::queue(name), Resource::topic_key(name, "ab"),
                                    Resource::topic_key(name, "u")}) {
            bool expected = model.may(user, name_space, verb, resource);
            RC_ASSERT(table.may(who, name_space, verb, resource) == expected);
            RC_ASSERT(asked.may(table, verb, resource) == expected);
          }
        }
      }
    }
  }
  for (const std::string& user : kUsers) {
    bool known = std::ranges::any_of(model.users,
                                     [&](const User& one) { return one.name == user && !one.password_hash.empty(); });
    RC_ASSERT(table.sign_in(user, "p", Peer::kRemote).has_value() == known);
  }
  // Removals of a compacted log may have gone with it, and the rest comes in any order.
  AccessTable replayed;
  for (const auto& [key, value] : log) {
    if (value) RC_ASSERT(replayed.apply(*decode(key, *value)).has_value());
  }
  RC_ASSERT(replayed.users() == table.users());
  RC_ASSERT(replayed.permissions() == table.permissions());
  RC_ASSERT(replayed.topic_permissions() == table.topic_permissions());
}

}  // namespace
}  // namespace wharf::security
