#include "protocols/kafka/handlers/alter_resources.hpp"

#include <fmt/format.h>

#include "protocols/kafka/handlers/broker_name.hpp"

namespace wharf::kafka {

ApiError check_alterable(std::int8_t resource_type, std::string_view resource_name, NodeId here) {
  auto refuse = [](std::string why) { return ApiError(KafkaError::kInvalidRequest, std::move(why)); };
  switch (static_cast<ResourceType>(resource_type)) {
    case ResourceType::kTopic: return {};
    case ResourceType::kBroker:
      if (!resource_name.empty()) {
        if (ApiError error = check_broker_name(resource_name, here, true); !error.ok()) return error;
      }
      return refuse("This server's settings are those of its configuration file: they cannot be altered while it runs.");
    case ResourceType::kBrokerLogger: return refuse("This server's log levels cannot be altered while it runs.");
    case ResourceType::kClientMetrics: return refuse("This server collects no client metrics: there are no subscriptions to alter.");
    case ResourceType::kGroup: return refuse("Groups have no settings of their own on this server.");
  }
  return refuse(fmt::format("Unknown resource type {}", resource_type));
}

runtime::Task<ApiError> alter_topic(const Door* door, std::string name, Change change, bool validate_only) {
  std::shared_ptr<const cluster::Topic> topic = door->catalogue.topics(door->shard)->find(name);
  if (!topic) {
    co_return ApiError(KafkaError::kUnknownTopicOrPartition, fmt::format("The topic '{}' does not exist.", name));
  }
  Result<config::Overrides> overrides = change(topic->overrides);
  if (!overrides) co_return ApiError(overrides.error());
  auto possible = config::TopicConfig::make(door->config, *overrides);
  if (!possible) co_return ApiError(possible.error());
  if (validate_only) co_return ApiError();
  Result<void> configured = co_await door->catalogue.configure_topic(door->shard, topic->id, std::move(*overrides));
  if (configured) co_return ApiError();
  if (configured.error().code == ErrorCode::kUnknownTopicId) co_return ApiError(KafkaError::kUnknownTopicOrPartition);
  co_return ApiError(configured.error());
}

}  // namespace wharf::kafka
