#include "security/core/namespace_access.hpp"

namespace wharf::security {

Result<ResourceRules> ResourceRules::compile(const Permission& permission) {
  ResourceRules rules{.permission = permission};
  for (auto [text, pattern] : {std::pair(&permission.configure, &rules.configure),
                               std::pair(&permission.write, &rules.write), std::pair(&permission.read, &rules.read)}) {
    Result<Pattern> compiled = Pattern::compile(*text);
    if (!compiled) return fail(compiled.error());
    *pattern = *std::move(compiled);
  }
  return rules;
}

bool ResourceRules::allow(Verb verb, const Resource& resource) const {
  bool is_default = resource.kind == ResourceKind::kExchange && resource.name.empty();
  std::string_view name = is_default ? "amq.default" : resource.name;
  switch (verb) {
    case Verb::kConfigure:
      return configure.matches(name);
    case Verb::kWrite:
      return write.matches(name);
    case Verb::kRead:
      return read.matches(name);
  }
  return false;
}

Result<TopicRules> TopicRules::compile(const TopicPermission& permission) {
  TopicRules rules{.permission = permission};
  for (auto [text, pattern] : {std::pair(&permission.write, &rules.write), std::pair(&permission.read, &rules.read)}) {
    Result<TopicPattern> compiled = TopicPattern::compile(*text);
    if (!compiled) return fail(compiled.error());
    *pattern = *std::move(compiled);
  }
  return rules;
}

bool ResolvedTopicRules::allow(Verb verb, std::string_view key) const {
  switch (verb) {
    case Verb::kConfigure:
      return false;
    case Verb::kWrite:
      return write.matches(key);
    case Verb::kRead:
      return read.matches(key);
  }
  return false;
}

}  // namespace wharf::security
