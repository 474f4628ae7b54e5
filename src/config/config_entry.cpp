#include "config/config_entry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/broker_keys.hpp"
#include "config/value.hpp"
#include "model/error.hpp"

namespace wharf::config {
namespace {

bool is_set(const ServerConfig& server, std::size_t index) {
  return index < kServerKeys.size() && server.source(index) != Source::kDefault;
}

/// Kafka's retention in minutes or hours from our milliseconds; -1 ("never") has no unit.
std::string in_unit(std::string milliseconds, BrokerKey::Unit unit) {
  constexpr std::int64_t kMinute = 60'000, kHour = 3'600'000;
  const Result<std::int64_t> ms = parse_integer(milliseconds);
  if (unit == BrokerKey::Unit::kAsIs || !ms || *ms < 0) return milliseconds;
  return fmt::format("{}", *ms / (unit == BrokerKey::Unit::kMinutes ? kMinute : kHour));
}

KafkaType kafka_type(KeyType type) {
  switch (type) {
    case KeyType::kBool:
      return KafkaType::kBoolean;
    case KeyType::kInteger:
    case KeyType::kBytes:
    case KeyType::kDuration:
      return KafkaType::kLong;
    case KeyType::kRatio:
      return KafkaType::kDouble;
    default:
      return KafkaType::kString;
  }
}

ConfigEntry describe_key(const BrokerKey& key, const ServerConfig& server, const BrokerContext& context) {
  ConfigEntry entry{.name = std::string(key.name), .type = key.type, .read_only = true};
  const std::size_t index = server_key_index(key.server_key);
  if (index < kServerKeys.size()) {
    entry.value = in_unit(server.bare_text(index), key.unit);
    entry.documentation = kServerKeys[index].sentence;
  } else {
    entry.value = std::string(key.fixed);
    entry.documentation = "A setting of Kafka's without an effect on this server.";
  }
  if (key.name == "listeners") entry.value = context.listeners;
  if (key.name == "advertised.listeners") entry.value = context.advertised_listeners;
  entry.source = is_set(server, index) ? EntrySource::kStaticBroker : EntrySource::kDefault;
  entry.synonyms.push_back({entry.name, entry.value, entry.source});
  return entry;
}

}  // namespace

std::vector<ConfigEntry> describe_topic(const TopicConfig& topic, const ServerConfig& server) {
  std::vector<ConfigEntry> entries;
  for (const TopicKey& key : topic_keys()) {
    ConfigEntry entry{.name = std::string(key.name), .type = key.type, .documentation = key.sentence};
    const auto given = topic.overrides.find(entry.name);
    if (given != topic.overrides.end()) {
      const Result<std::string> value = canonical_value(key, given->second);
      WHARF_ASSERT(value.has_value());  // TopicConfig::make has accepted it
      entry.synonyms.push_back({entry.name, *value, EntrySource::kDynamicTopic});
    }
    const EntrySource origin =
        is_set(server, server_key_index(key.server_key)) ? EntrySource::kStaticBroker : EntrySource::kDefault;
    EntrySynonym inherited{std::string(key.synonym), default_value(key, server), origin};
    entry.value = entry.synonyms.empty() ? inherited.value : entry.synonyms[0].value;
    entry.source = entry.synonyms.empty() ? origin : EntrySource::kDynamicTopic;
    if (!key.synonym.empty()) entry.synonyms.push_back(std::move(inherited));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<ConfigEntry> describe_broker(const ServerConfig& server, const BrokerContext& context) {
  std::vector<ConfigEntry> entries;
  for (const BrokerKey& key : broker_keys()) entries.push_back(describe_key(key, server, context));
  const std::size_t kafkas = entries.size();
  for (std::size_t index = 0; index < kServerKeys.size(); ++index) {
    const ServerKey& key = kServerKeys[index];
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(kafkas);
    if (std::any_of(entries.begin(), end, [&](const ConfigEntry& known) { return known.name == key.name; })) continue;
    const BrokerKey own{key.name, kafka_type(key.type), key.name, {}};
    entries.push_back(describe_key(own, server, context));
  }
  return entries;
}

}  // namespace wharf::config
