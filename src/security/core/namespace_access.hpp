#pragma once
// What one user may do in one namespace: patterns, compiled when they were set.
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "security/core/access.hpp"
#include "security/core/definitions.hpp"
#include "security/core/pattern.hpp"

namespace wharf::security {

struct ResourceRules {
  Permission permission;  // as it was set
  Pattern configure, write, read;

  /// kInvalidArgument: a pattern cannot be compiled.
  static Result<ResourceRules> compile(const Permission& permission);
  /// Not for topic keys. The default exchange is called amq.default.
  bool allow(Verb verb, const Resource& resource) const;
};

struct TopicRules {
  TopicPermission permission;  // as it was set
  TopicPattern write, read;

  static Result<TopicRules> compile(const TopicPermission& permission);
};

/// The patterns of a topic permission for one connection.
struct ResolvedTopicRules {
  Pattern write, read;

  ResolvedTopicRules(const TopicRules& rules, const TopicVariables& variables)
      : write(rules.write.resolve(variables)), read(rules.read.resolve(variables)) {}
  /// Topic keys are not configured: false.
  bool allow(Verb verb, std::string_view key) const;
};

struct NamespaceAccess {
  std::optional<ResourceRules> resources;                 // none: the user may not enter the namespace
  std::map<std::string, TopicRules, std::less<>> topics;  // by exchange; of others every key is allowed

  bool empty() const { return !resources && topics.empty(); }
};

}  // namespace wharf::security
