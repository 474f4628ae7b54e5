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
  if (version_ != table.version()) look_again(table);
  if (!access_ || !access_->resources) return false;
  // Keys of an exchange without topic permission are not worth remembering: there is one for every message.
  if (resource.kind == ResourceKind::kTopicKey && !topics_.contains(resource.name)) return verb != Verb::kConfigure;
  write_question(question_, verb, resource);
  if (auto found = known_.find(question_); found != known_.end()) return found->second;
  if (known_.size() >= limit_) known_.clear();
  bool allowed = decide(verb, resource);
  known_.emplace(question_, allowed);
  return allowed;
}

Result<void> AccessDecisions::check(const AccessTable& table, Verb verb, const Resource& resource) {
  if (may(table, verb, resource)) return {};
  return fail(access_refused(principal_.name, name_space_, verb, resource));
}

void AccessDecisions::look_again(const AccessTable& table) {
  known_.clear();
  topics_.clear();
  version_ = table.version();
  access_ = table.access(principal_.name, name_space_);
  if (!access_) return;
  TopicVariables variables{principal_.name, name_space_, principal_.client_id};
  for (const auto& [exchange, rules] : access_->topics) topics_.emplace(exchange, ResolvedTopicRules(rules, variables));
}

bool AccessDecisions::decide(Verb verb, const Resource& resource) const {
  if (resource.kind != ResourceKind::kTopicKey) return access_->resources->allow(verb, resource);
  return topics_.find(resource.name)->second.allow(verb, resource.key);
}

}  // namespace wharf::security
