#include "protocols/kafka/handlers/new_topic_name.hpp"

#include <fmt/format.h>

#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::string_view kClusterMetadataTopic = "__cluster_metadata";  // a name that Kafka keeps for itself

}  // namespace

ApiError check_new_topic_name(const cluster::TopicTable& topics, const std::string& name) {
  if (auto refused = refuse_topic_name(name)) return {KafkaError::kInvalidTopicException, std::move(*refused)};
  if (name == kClusterMetadataTopic) {
    return {KafkaError::kInvalidRequest, fmt::format("Creation of internal topic {} is prohibited.", name)};
  }
  std::shared_ptr<const cluster::Topic> other = topics.colliding(name);
  if (!other) return {};
  return {KafkaError::kInvalidTopicException,
          fmt::format("Topic '{}' collides with existing topic: {}", name, other->name)};
}

}  // namespace wharf::kafka
