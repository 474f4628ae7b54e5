#include "protocols/mqtt/session/topic_aliases.hpp"

#include <fmt/format.h>

namespace wharf::mqtt {

Outcome<std::string_view> IncomingAliases::resolve(std::string_view topic, std::optional<std::uint16_t> alias,
                                                   std::uint16_t most) {
  if (!alias) {
    if (topic.empty()) return refuse(ReasonCode::kProtocolError, "PUBLISH: neither a topic name nor an alias");
    return topic;
  }
  if (*alias == 0 || *alias > most) {
    return refuse(ReasonCode::kTopicAliasInvalid,
                  fmt::format("PUBLISH: topic alias {}; 1 to {} are allowed", *alias, most));
  }
  if (topics_.size() < *alias) topics_.resize(*alias);
  std::string& known = topics_[*alias - 1u];
  if (!topic.empty()) known = topic;
  if (known.empty())
    return refuse(ReasonCode::kProtocolError, fmt::format("PUBLISH: topic alias {} stands for nothing", *alias));
  return known;
}

OutgoingAliases::Alias OutgoingAliases::alias_of(std::string_view topic) {
  auto known = aliases_.find(topic);
  if (known != aliases_.end()) return {known->second, true};
  if (aliases_.size() >= most_) return {};
  auto number = static_cast<std::uint16_t>(aliases_.size() + 1);
  aliases_.emplace(topic, number);
  return {number, false};
}

}  // namespace wharf::mqtt
