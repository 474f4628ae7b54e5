#include <numeric>

#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "config/server_keys.hpp"

namespace wharf::v1 {
namespace {

std::string_view section_name(config::Section section) {
  switch (section) {
    case config::Section::kStorage:
      return "storage";
    case config::Section::kNode:
      return "node";
    case config::Section::kKafka:
      return "kafka";
    case config::Section::kAmqp:
      return "amqp";
    case config::Section::kMqtt:
      return "mqtt";
    case config::Section::kStomp:
      return "stomp";
    case config::Section::kQueues:
      return "queues";
    case config::Section::kTopics:
      return "topics";
    case config::Section::kLog:
      return "log";
    case config::Section::kCleaner:
      return "cleaner";
    case config::Section::kGroups:
      return "groups";
    case config::Section::kObservation:
      return "observation";
  }
  return "";
}

std::string_view type_name(config::KeyType type) {
  switch (type) {
    case config::KeyType::kBool:
      return "flag";
    case config::KeyType::kInteger:
      return "integer";
    case config::KeyType::kBytes:
      return "bytes";
    case config::KeyType::kDuration:
      return "duration";
    case config::KeyType::kRatio:
      return "ratio";
    case config::KeyType::kString:
      return "text";
    case config::KeyType::kChoice:
      return "choice";
    default:
      return "address";
  }
}

std::string_view source_name(config::Source source) {
  constexpr std::string_view kNames[] = {"default", "file", "environment", "flag"};
  return kNames[static_cast<std::size_t>(source)];
}

/// There are none yet; whoever adds one calls it so.
bool is_secret(std::string_view name) {
  return name.contains("password") || name.contains("secret");
}

boost::json::array words(std::string_view choices) {
  boost::json::array list;
  while (!choices.empty()) {
    std::string_view word = choices.substr(0, choices.find('|'));
    choices.remove_prefix(std::min(choices.size(), word.size() + 1));
    list.push_back(json_text(word));
  }
  return list;
}

boost::json::object setting_json(const config::ServerConfig& server, std::size_t index) {
  const config::ServerKey& key = config::kServerKeys[index];
  boost::json::object json{{"name", json_text(key.name)},
                           {"section", json_text(section_name(key.section))},
                           {"value", nullptr},
                           {"bare_value", nullptr},
                           {"default", json_text(key.standard)},
                           {"source", json_text(source_name(server.source(index)))},
                           {"place", json_text(server.place(index))},
                           {"type", json_text(type_name(key.type))},
                           {"unit", nullptr},
                           {"choices", words(key.choices)},
                           {"documentation", json_text(key.sentence)}};
  if (key.type == config::KeyType::kBytes) json["unit"] = "bytes";
  if (key.type == config::KeyType::kDuration) json["unit"] = "milliseconds";
  if (is_secret(key.name)) return json;
  json["value"] = json_text(server.text(index));
  json["bare_value"] = json_text(server.bare_text(index));
  return json;
}

}  // namespace

Answer list_server_settings(Call* call) {
  std::vector<std::size_t> keys(config::kServerKeys.size());
  std::iota(keys.begin(), keys.end(), std::size_t{0});
  const config::ServerConfig& server = call->ports.config;
  co_return page_answer(call->request, keys, [&server](std::size_t key) { return setting_json(server, key); });
}

}  // namespace wharf::v1
