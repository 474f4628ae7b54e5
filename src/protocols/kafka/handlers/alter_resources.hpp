#pragma once
// What AlterConfigs and IncrementalAlterConfigs do alike: refuse what no request may ask, find the topic, change it.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/topic_config.hpp"
#include "protocols/kafka/handlers/api_error.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/handlers/repeated_names.hpp"
#include "protocols/kafka/handlers/resource_type.hpp"

namespace wharf::kafka {

/// Only topics have settings that change while the server runs: INVALID_REQUEST with the reason for every other
/// resource. INVALID_TOPIC_EXCEPTION for what cannot be a topic's name.
ApiError check_alterable(std::int8_t resource_type, std::string_view name, NodeId here);

/// Names given twice and values not given: INVALID_REQUEST. `needs_value` says for which of the settings null is no
/// value.
template <class Config, class NeedsValue>
ApiError check_settings(const std::vector<Config>& configs, NeedsValue needs_value) {
  if (!repeated(configs, [](const Config& config) { return config.name; }).empty()) {
    return {KafkaError::kInvalidRequest, "Error due to duplicate config keys"};
  }
  std::string missing;
  for (const Config& config : configs) {
    if (!config.value && needs_value(config)) missing += (missing.empty() ? "" : ", ") + config.name;
  }
  if (missing.empty()) return {};
  return {KafkaError::kInvalidRequest, "Null value not supported for : " + missing};
}

/// Changes a topic's settings, or only checks that they can be changed.
runtime::Task<ApiError> alter_topic(const Door* door, std::string name, broker::Reconfigure change, bool validate_only);

/// The resources of a request that appear more than once, each refused as often as it appears.
template <class Resource>
std::set<std::pair<std::int8_t, std::string>> repeated_resources(const std::vector<Resource>& resources) {
  return repeated(resources, [](const Resource& each) { return std::pair(each.resource_type, each.resource_name); });
}
inline ApiError named_twice() {
  return {KafkaError::kInvalidRequest, "Each resource must appear at most once."};
}

}  // namespace wharf::kafka
