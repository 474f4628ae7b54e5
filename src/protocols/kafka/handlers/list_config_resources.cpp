// ListConfigResources (KIP-1142): topics and this broker. Client metrics and groups have no settings here.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/resource_type.hpp"

namespace wharf::kafka {
namespace {

constexpr std::array kTypes{ResourceType::kTopic, ResourceType::kBroker, ResourceType::kBrokerLogger,
                            ResourceType::kClientMetrics, ResourceType::kGroup};

bool is_known(std::int8_t type) {
  return std::ranges::find(kTypes, static_cast<ResourceType>(type)) != kTypes.end();
}

}  // namespace

runtime::Task<ListConfigResourcesResponse> handle(RequestContext context, ListConfigResourcesRequest request) {
  const Door& door = *context.door;
  ListConfigResourcesResponse response;
  if (context.header.api_version == 0) co_return response;  // asks for client metrics only
  if (!std::ranges::all_of(request.resource_types, is_known)) {
    response.error_code = KafkaError::kUnsupportedVersion;
    co_return response;
  }
  auto wants = [&](ResourceType type) {
    std::vector<std::int8_t>& asked = request.resource_types;
    return asked.empty() || std::ranges::find(asked, static_cast<std::int8_t>(type)) != asked.end();
  };
  for (ResourceType type : {ResourceType::kBrokerLogger, ResourceType::kBroker}) {
    if (wants(type))
      response.config_resources.push_back({fmt::to_string(door.node_id.value), static_cast<std::int8_t>(type)});
  }
  if (wants(ResourceType::kTopic)) {
    cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
    for (const auto& [name, topic] : topics->topics()) {
      response.config_resources.push_back({name, static_cast<std::int8_t>(ResourceType::kTopic)});
    }
  }
  co_return response;
}

}  // namespace wharf::kafka
