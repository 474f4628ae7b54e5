#pragma once
// Settings as DescribeConfigs answers them, for a topic and for the server: value, where it comes from, what it hides.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/server_config.hpp"
#include "config/topic_config.hpp"
#include "config/topic_keys.hpp"

namespace wharf::config {

/// Where a value comes from, with the numbers that DescribeConfigs sends (KIP-226).
enum class EntrySource : std::int8_t {
  kUnknown = 0,
  kDynamicTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5
};

struct EntrySynonym {
  std::string name;
  std::optional<std::string> value;
  EntrySource source = EntrySource::kDefault;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // none: not set, or a secret
  EntrySource source = EntrySource::kDefault;
  KafkaType type = KafkaType::kUnknown;
  bool read_only = false;
  bool sensitive = false;
  std::vector<EntrySynonym> synonyms;  // the value's own line of descent, the winner first
  std::string_view documentation;
};

/// Every topic setting, by name.
std::vector<ConfigEntry> describe_topic(const TopicConfig& topic, const ServerConfig& server);

/// Every setting of a Kafka broker that stands for something here, by name, then the server's own under its own names.
/// `context` brings what only the running server knows: "listeners" and "advertised.listeners" as Kafka writes them.
struct BrokerContext {
  std::string listeners;
  std::string advertised_listeners;
};
std::vector<ConfigEntry> describe_broker(const ServerConfig& server, const BrokerContext& context);

}  // namespace wharf::config
