#include "security/core/access_decisions.hpp"

#include "security/core/refusals.hpp"

namespace wharf::security {
namespace {

/// Kind and verb, the name's length, name and key: no two questions look the same.
void write_question(std::string& question, Verb verb, const Resource& resource) {
  std::uint64_t length = resource.name.size();
  question.clear();
  question += static_cast<char>(static_cast<unsigned>(resource.kind) << 4 | static_cast<unsigned>(verb));
  for (int shift = 0; shift < 64; shift += 8) question += static_cast<char>(length >> shift & 0xFF);
  question += resource.name;
  question += resource.key;
}

}  // namespace

bool AccessDecisions::may(const AccessTable& table, Verb verb, const Resource& resource) {
  if (!known_) known_ = std::make_unique<Known>();
  Known& known = *known_;
  if (known.version != table.version()) look_again(table);
  if (!known.access || !known.access->resources) return false;
  // Keys of an exchange without topic permission are not worth remembering: there is one for every message.
  if (resource.kind == ResourceKind::kTopicKey && !known.topics.contains(resource.name))
    return verb != Verb::kConfigure;
  write_question(known.question, verb, resource);
  if (auto found = known.answers.find(known.question); found != known.answers.end()) return found->second;
  if (known.answers.size() >= limit_) known.answers.clear();
  bool allowed = decide(verb, resource);
  known.answers.emplace(known.question, allowed);
  return allowed;
}

Result<void> AccessDecisions::check(const AccessTable& table, Verb verb, const Resource& resource) {
  if (may(table, verb, resource)) return {};
  return fail(access_refused(principal_.name, name_space_, verb, resource));
}

void AccessDecisions::look_again(const AccessTable& table) {
  Known& known = *known_;
  known.answers.clear();
  known.topics.clear();
  known.version = table.version();
  known.access = table.access(principal_.name, name_space_);
  if (!known.access) return;
  TopicVariables variables{principal_.name, name_space_, principal_.client_id};
  for (const auto& [exchange, rules] : known.access->topics)
    known.topics.emplace(exchange, ResolvedTopicRules(rules, variables));
}

bool AccessDecisions::decide(Verb verb, const Resource& resource) const {
  if (resource.kind != ResourceKind::kTopicKey) return known_->access->resources->allow(verb, resource);
  return known_->topics.find(resource.name)->second.allow(verb, resource.key);
}

}  // namespace wharf::security
