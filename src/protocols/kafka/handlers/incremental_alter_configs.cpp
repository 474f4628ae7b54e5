// IncrementalAlterConfigs: single settings of a topic set, deleted, appended to or subtracted from (KIP-339).
#include <fmt/format.h>

#include "config/alter.hpp"
#include "config/topic_keys.hpp"
#include "protocols/kafka/handlers/alter_resources.hpp"
#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {
namespace {

using Resource = IncrementalAlterConfigsRequest::Resource;
using Config = IncrementalAlterConfigsRequest::Config;

bool needs_value(const Config& config) {
  return static_cast<config::AlterOperation>(config.config_operation) != config::AlterOperation::kDelete;
}

/// Kafka has no answer to an operation it does not know (UNKNOWN_SERVER_ERROR).
ApiError check_operations(const std::vector<Config>& configs) {
  for (const Config& config : configs) {
    auto operation = static_cast<config::AlterOperation>(config.config_operation);
    const config::TopicKey* key = config::find_topic_key(config.name);
    switch (operation) {
      case config::AlterOperation::kSet:
      case config::AlterOperation::kDelete:
        continue;
      case config::AlterOperation::kAppend:
      case config::AlterOperation::kSubtract:
        if (key != nullptr && key->type == config::KafkaType::kList) continue;
        return {KafkaError::kInvalidConfig,
                fmt::format("Can't {} to key {} because its type is not LIST.",
                            operation == config::AlterOperation::kAppend ? "APPEND" : "SUBTRACT", config.name)};
    }
    return {KafkaError::kInvalidRequest,
            fmt::format("Unknown operation {} for config {}", config.config_operation, config.name)};
  }
  return {};
}

runtime::Task<ApiError> alter(const Door* door, const Resource* resource, bool validate_only) {
  ApiError error = check_settings(resource->configs, needs_value);
  if (error.ok()) error = check_alterable(resource->resource_type, resource->resource_name, door->node_id);
  if (error.ok()) error = check_operations(resource->configs);
  if (!error.ok()) co_return error;
  std::vector<config::Alteration> alterations;
  for (const Config& config : resource->configs) {
    alterations.push_back({config.name, static_cast<config::AlterOperation>(config.config_operation), config.value});
  }
  broker::Reconfigure apply = [door, alterations = std::move(alterations)](const config::Overrides& now) {
    return config::alter(door->config, now, alterations);
  };
  ApiError altered = co_await alter_topic(door, resource->resource_name, std::move(apply), validate_only);
  co_return altered;
}

}  // namespace

runtime::Task<IncrementalAlterConfigsResponse> handle(RequestContext context, IncrementalAlterConfigsRequest request) {
  IncrementalAlterConfigsResponse response;
  auto twice = repeated_resources(request.resources);
  for (const Resource& resource : request.resources) {
    ApiError error = named_twice();
    if (!twice.contains({resource.resource_type, resource.resource_name})) {
      error = co_await alter(context.door, &resource, request.validate_only);
    }
    response.responses.push_back(
        {error.code, std::move(error.message), resource.resource_type, resource.resource_name});
  }
  co_return response;
}

}  // namespace wharf::kafka
