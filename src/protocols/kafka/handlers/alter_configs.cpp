// AlterConfigs, the old way (KIP-133): what a topic was given before and is not named here goes back to its default.
#include "protocols/kafka/handlers/alter_resources.hpp"
#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {
namespace {

using Resource = AlterConfigsRequest::Resource;

runtime::Task<ApiError> alter(const Door* door, const Resource* resource, bool validate_only) {
  ApiError error = check_settings(resource->configs, [](const auto&) { return true; });
  if (error.ok()) error = check_alterable(resource->resource_type, resource->resource_name, door->node_id);
  if (!error.ok()) co_return error;
  config::Overrides overrides;
  for (const AlterConfigsRequest::Config& config : resource->configs) overrides.emplace(config.name, *config.value);
  broker::Reconfigure replace = [overrides = std::move(overrides)](const config::Overrides&) { return overrides; };
  ApiError altered = co_await alter_topic(door, resource->resource_name, std::move(replace), validate_only);
  co_return altered;
}

}  // namespace

runtime::Task<AlterConfigsResponse> handle(RequestContext context, AlterConfigsRequest request) {
  AlterConfigsResponse response;
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
