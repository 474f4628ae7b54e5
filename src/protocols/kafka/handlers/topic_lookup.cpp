#include "protocols/kafka/handlers/topic_lookup.hpp"

#include <fmt/format.h>

#include "protocols/kafka/handlers/door.hpp"

namespace wharf::kafka {

std::shared_ptr<const cluster::Topic> find_topic(const cluster::TopicTable& topics, TopicId id) {
  std::shared_ptr<const cluster::Topic> topic = topics.find(id);
  return topic && topic->name_space == kDefaultNamespace ? topic : nullptr;
}

NamedTopic find_topic(const cluster::TopicTable& topics, std::string_view name, TopicId id, bool by_id) {
  std::shared_ptr<const cluster::Topic> topic = by_id ? find_topic(topics, id) : topics.find(name);
  if (topic) return {std::move(topic)};
  return {nullptr, by_id ? KafkaError::kUnknownTopicId : KafkaError::kUnknownTopicOrPartition};
}

KafkaError check_partition(const cluster::Topic& topic, PartitionIndex partition, LeaderEpoch asked, LeaderEpoch current) {
  if (partition.value < 0 || partition.value >= topic.partitions) return KafkaError::kUnknownTopicOrPartition;
  if (asked == kNoLeaderEpoch) return KafkaError::kNone;
  if (asked < current) return KafkaError::kFencedLeaderEpoch;
  if (asked > current) return KafkaError::kUnknownLeaderEpoch;
  return KafkaError::kNone;
}

std::optional<std::string> refuse_topic_name(std::string_view name) {
  if (name.empty()) return "Topic name is invalid: the empty string is not allowed";
  if (name == "." || name == "..") return fmt::format("Topic name is invalid: '{}' is not allowed", name);
  if (name.size() > 249) {
    return fmt::format("Topic name is invalid: the length of '{}' is longer than the max allowed length 249", name);
  }
  bool legal = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (legal) return std::nullopt;
  return fmt::format(
      "Topic name is invalid: '{}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'", name);
}

Endpoint advertised(const Door& door, const ClientSession& client) {
  const std::optional<Endpoint>& configured = door.config.get<"kafka.advertised">();
  return configured ? *configured : client.local;
}

}  // namespace wharf::kafka
