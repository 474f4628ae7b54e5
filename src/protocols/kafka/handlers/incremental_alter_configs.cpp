// IncrementalAlterConfigs: single settings of a topic set, deleted, appended to or subtracted from (KIP-339).
#include <algorithm>

#include <fmt/format.h>

#include "config/alter.hpp"
#include "protocols/kafka/handlers/alter_resources.hpp"
#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {
namespace {

using Resource = IncrementalAlterConfigsRequest::Resource;
using Config = IncrementalAlterConfigsRequest::Config;

bool needs_value(const Config& config) {
  return static_cast<config::AlterOperation>(config.config_operation) != config::AlterOperation::kDelete;
}

ApiError check_operations(const std::vector<Config>& configs) {
  for (const Config& config : configs) {
    if (config.config_operation < 0 || config.config_operation > static_cast<std::int8_t>(config::AlterOperation::kSubtract)) {
      return {KafkaError::kInvalidRequest,
              fmt::format("Unknown operation {} for config {}", config.config_operation, config.name)};
    }
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
  Change apply = [door, &alterations](config::Overrides overrides) {
    return config::alter(door->config, std::move(overrides), alterations);
  };
  ApiError altered = co_await alter_topic(door, resource->resource_name, apply, validate_only);
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
    response.responses.push_back({error.code, std::move(error.message), resource.resource_type, resource.resource_name});
  }
  co_return response;
}

}  // namespace wharf::kafka
