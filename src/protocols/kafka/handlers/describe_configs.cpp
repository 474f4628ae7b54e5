// DescribeConfigs: settings of topics and of this broker, with where each value comes from (KIP-133, 226, 569).
#include <fmt/format.h>

#include "protocols/kafka/handlers/api_error.hpp"
#include "protocols/kafka/handlers/config_entries.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/node_name.hpp"
#include "protocols/kafka/handlers/resource_type.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

struct Described {
  ApiError error;
  std::vector<DescribeConfigsResponse::Config> configs;
};

ApiError refuse(std::string why) {
  return {KafkaError::kInvalidRequest, std::move(why)};
}

/// `expected`: what the sentence says would have been right.
ApiError check_node_name(std::string_view name, NodeId here, std::string_view expected) {
  std::optional<NodeId> named = parse_node_name(name);
  if (!named) return refuse(fmt::format("Broker id must be an integer, but it is: {}", name));
  if (*named != here) return refuse(fmt::format("Unexpected broker id, expected {} but received {}", expected, name));
  return {};
}

Described describe_topic(const Door& door, const std::string& name, const ConfigsWanted& wanted) {
  if (auto refused = refuse_topic_name(name)) return {{KafkaError::kInvalidTopicException, std::move(*refused)}, {}};
  std::shared_ptr<const cluster::Topic> topic = door.catalogue.topics(door.shard)->find(name);
  if (!topic) return {ApiError(KafkaError::kUnknownTopicOrPartition), {}};
  return {{}, described_configs(config::describe_topic(*topic->config, door.config), wanted)};
}

/// Without a name: the settings that all brokers were given while they ran, of which there are none.
Described describe_broker(const RequestContext& context, const std::string& name, const ConfigsWanted& wanted) {
  const Door& door = *context.door;
  if (name.empty()) return {};
  std::string expected = fmt::format("{} or empty string,", door.node_id.value);
  if (ApiError error = check_node_name(name, door.node_id, expected); !error.ok()) return {std::move(error), {}};
  Endpoint listener = door.config.get<"kafka.listen">();
  if (listener.port == 0) listener.port = context.client->local.port;
  config::BrokerContext listeners{
      .listeners = fmt::format("PLAINTEXT://{}", listener.text()),
      .advertised_listeners = fmt::format("PLAINTEXT://{}", advertised(door, *context.client).text()),
  };
  return {{}, described_configs(config::describe_broker(door.config, listeners), wanted)};
}

/// There is nothing of these kinds here: whoever asks by a proper name learns that it has no settings.
Described describe_nothing(const Door& door, ResourceType type, const std::string& name) {
  switch (type) {
    case ResourceType::kBrokerLogger:
      if (name.empty()) return {refuse("Broker id must not be empty"), {}};
      return {check_node_name(name, door.node_id, fmt::to_string(door.node_id.value)), {}};
    case ResourceType::kClientMetrics:
      if (name.empty()) return {refuse("Client metrics subscription name must not be empty"), {}};
      return {};
    default:
      if (name.empty()) return {refuse("Group name must not be empty"), {}};
      return {};
  }
}

Described describe(const RequestContext& context, const DescribeConfigsRequest::Resource& resource,
                   const ConfigsWanted& wanted) {
  switch (auto type = static_cast<ResourceType>(resource.resource_type)) {
    case ResourceType::kTopic:
      return describe_topic(*context.door, resource.resource_name, wanted);
    case ResourceType::kBroker:
      return describe_broker(context, resource.resource_name, wanted);
    case ResourceType::kBrokerLogger:
    case ResourceType::kClientMetrics:
    case ResourceType::kGroup:
      return describe_nothing(*context.door, type, resource.resource_name);
  }
  return {refuse(fmt::format("Unexpected resource type {}", resource.resource_type)), {}};
}

}  // namespace

runtime::Task<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request) {
  DescribeConfigsResponse response;
  for (DescribeConfigsRequest::Resource& resource : request.resources) {
    ConfigsWanted wanted{std::move(resource.configuration_keys), request.include_synonyms,
                         request.include_documentation, context.header.api_version};
    Described described = describe(context, resource, wanted);
    response.results.push_back({.error_code = described.error.code,
                                .error_message = std::move(described.error.message),
                                .resource_type = resource.resource_type,
                                .resource_name = std::move(resource.resource_name),
                                .configs = std::move(described.configs)});
  }
  co_return response;
}

}  // namespace wharf::kafka
