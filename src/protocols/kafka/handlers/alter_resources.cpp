#include "protocols/kafka/handlers/alter_resources.hpp"

#include <fmt/format.h>

#include "groups/shell/coordinators.hpp"
#include "protocols/kafka/handlers/node_name.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

ApiError refuse(std::string why) {
  return {KafkaError::kInvalidRequest, std::move(why)};
}

/// A wrong name is told first: whoever asks the wrong node must not think that this one refused.
ApiError refuse_node(std::string_view name, NodeId here, std::string_view unexpected, std::string why) {
  std::optional<NodeId> named = parse_node_name(name);
  if (!named) return refuse(fmt::format("Node id must be an integer, but it is: {}", name));
  if (*named != here) return refuse(fmt::format(fmt::runtime(unexpected), here.value, name));
  return refuse(std::move(why));
}

}  // namespace

ApiError check_alterable(std::int8_t resource_type, std::string_view name, NodeId here) {
  constexpr const char* kNoSettings =
      "This server's settings are its configuration's: they cannot be altered while it runs.";
  switch (static_cast<ResourceType>(resource_type)) {
    case ResourceType::kTopic:
      if (name.empty()) return refuse("Default topic resources are not allowed.");
      if (auto refused = refuse_topic_name(name)) return {KafkaError::kInvalidTopicException, std::move(*refused)};
      return {};
    case ResourceType::kBroker:
      if (name.empty()) return refuse(kNoSettings);
      return refuse_node(name, here, "Unexpected broker id, expected {}, but received {}", kNoSettings);
    case ResourceType::kBrokerLogger:
      return refuse_node(name, here, "Unexpected node id. Expected {}, but received {}",
                         "This server's log levels cannot be altered while it runs.");
    case ResourceType::kClientMetrics:
      return refuse("This server collects no client metrics: it has no subscriptions.");
    case ResourceType::kGroup:
      return refuse("Groups have no settings of their own on this server.");
  }
  return refuse(fmt::format("Unknown resource type {}", resource_type));
}

runtime::Task<ApiError> alter_topic(const Door* door, std::string name, broker::Reconfigure change,
                                    bool validate_only) {
  std::shared_ptr<const cluster::Topic> topic = door->catalogue.topics(door->shard)->find(name);
  std::string missing = fmt::format("The topic '{}' does not exist.", name);
  if (!topic) co_return ApiError(KafkaError::kUnknownTopicOrPartition, std::move(missing));
  if (topic->internal && topic->name != groups::kOffsetsTopic) {
    co_return ApiError(KafkaError::kInvalidTopicException,
                       fmt::format("The topic '{}' is internal: its settings cannot be altered.", name));
  }
  Result<config::Overrides> overrides = change(topic->overrides);
  if (!overrides) co_return ApiError(overrides.error());
  auto possible = config::TopicConfig::make(door->config, std::move(*overrides));
  if (!possible) co_return ApiError(possible.error());
  if (validate_only) co_return ApiError();
  Result<void> configured = co_await door->catalogue.configure_topic(door->shard, topic->id, std::move(change));
  if (configured) co_return ApiError();
  bool gone = configured.error().code == ErrorCode::kUnknownTopicId;
  co_return gone ? ApiError(KafkaError::kUnknownTopicOrPartition, std::move(missing)) : ApiError(configured.error());
}

}  // namespace wharf::kafka
