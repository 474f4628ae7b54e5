#include "protocols/kafka/handlers/config_entries.hpp"

#include <algorithm>

namespace wharf::kafka {
namespace {

bool is_wanted(const ConfigsWanted& wanted, const std::string& name) {
  return !wanted.names || wanted.names->empty() || std::ranges::find(*wanted.names, name) != wanted.names->end();
}

DescribeConfigsResponse::Config described(config::ConfigEntry& entry, const ConfigsWanted& wanted) {
  DescribeConfigsResponse::Config out;
  out.name = std::move(entry.name);
  if (!entry.sensitive) out.value = std::move(entry.value);
  out.read_only = entry.read_only;
  out.is_default = wanted.version == 0 && entry.source == config::EntrySource::kDefault;
  out.config_source = static_cast<std::int8_t>(entry.source);
  out.is_sensitive = entry.sensitive;
  out.config_type = static_cast<std::int8_t>(entry.type);
  if (wanted.documentation) out.documentation = std::string(entry.documentation);
  if (!wanted.synonyms) return out;
  for (config::EntrySynonym& synonym : entry.synonyms) {
    if (entry.sensitive) synonym.value.reset();
    out.synonyms.push_back(
        {std::move(synonym.name), std::move(synonym.value), static_cast<std::int8_t>(synonym.source)});
  }
  return out;
}

}  // namespace

std::vector<CreateTopicsResponse::Config> created_configs(const config::TopicConfig& topic,
                                                          const config::ServerConfig& server) {
  std::vector<CreateTopicsResponse::Config> out;
  for (config::ConfigEntry& entry : config::describe_topic(topic, server)) {
    out.push_back({.name = std::move(entry.name),
                   .value = std::move(entry.value),
                   .read_only = entry.read_only,
                   .config_source = static_cast<std::int8_t>(entry.source),
                   .is_sensitive = entry.sensitive});
  }
  return out;
}

std::vector<DescribeConfigsResponse::Config> described_configs(std::vector<config::ConfigEntry> entries,
                                                               const ConfigsWanted& wanted) {
  std::vector<DescribeConfigsResponse::Config> out;
  for (config::ConfigEntry& entry : entries) {
    if (is_wanted(wanted, entry.name)) out.push_back(described(entry, wanted));
  }
  return out;
}

}  // namespace wharf::kafka
