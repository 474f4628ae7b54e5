#pragma once
// Settings in the forms of the two answers that carry them: CreateTopics (KIP-525) and DescribeConfigs.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config_entry.hpp"
#include "protocols/kafka/api/create_topics.hpp"
#include "protocols/kafka/api/describe_configs.hpp"

namespace wharf::kafka {

/// Every setting of a topic, as it is answered when the topic is made.
std::vector<CreateTopicsResponse::Config> created_configs(const config::TopicConfig& topic,
                                                          const config::ServerConfig& server);

struct ConfigsWanted {
  std::optional<std::vector<std::string>> names;  // null or empty: all
  bool synonyms = false;
  bool documentation = false;
  std::int16_t version = 0;  // of the request: 0 has is_default where the later ones have the source
};
/// Of `entries` those that are wanted.
std::vector<DescribeConfigsResponse::Config> described_configs(std::vector<config::ConfigEntry> entries,
                                                               const ConfigsWanted& wanted);

}  // namespace wharf::kafka
