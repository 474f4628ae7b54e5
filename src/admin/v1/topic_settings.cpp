#include <boost/json/array.hpp>

#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/topic_named.hpp"
#include "config/alter.hpp"
#include "config/config_entry.hpp"

namespace wharf::v1 {
namespace {

std::string_view source_name(config::EntrySource source) {
  if (source == config::EntrySource::kDynamicTopic) return "topic";
  return source == config::EntrySource::kDefault ? "default" : "server";
}

std::string_view type_name(config::KafkaType type) {
  constexpr std::string_view kNames[] = {"unknown", "boolean", "string", "int",   "short",
                                         "long",    "double",  "list",   "class", "password"};
  auto place = static_cast<std::size_t>(type);
  return place < std::size(kNames) ? kNames[place] : kNames[0];
}

boost::json::object setting_json(const config::ConfigEntry& entry, const config::ServerConfig& server) {
  const config::TopicKey* key = config::find_topic_key(entry.name);
  boost::json::object json{{"name", json_text(entry.name)},
                           {"value", nullptr},
                           {"source", json_text(source_name(entry.source))},
                           {"default", json_text(key == nullptr ? "" : config::default_value(*key, server))},
                           {"type", json_text(type_name(entry.type))},
                           {"documentation", json_text(entry.documentation)}};
  if (entry.value && !entry.sensitive) json["value"] = json_text(*entry.value);
  return json;
}

std::vector<config::Alteration> alterations_of(const Call& call) {
  std::vector<config::Alteration> alterations;
  if (const boost::json::value* set = call.in_body("set")) {
    for (const auto& [name, value] : set->as_object()) {
      alterations.push_back({std::string(name), config::AlterOperation::kSet, std::string(value.as_string())});
    }
  }
  if (const boost::json::value* unset = call.in_body("unset")) {
    for (const boost::json::value& name : unset->as_array()) {
      alterations.push_back({std::string(name.as_string()), config::AlterOperation::kDelete, std::nullopt});
    }
  }
  return alterations;
}

boost::json::object table_json(const config::Overrides& overrides) {
  boost::json::object table;
  for (const auto& [name, value] : overrides) table[json_text(name)] = json_text(value);
  return table;
}

http::Response outcome(bool applied, const config::Overrides& before, const config::Overrides& after) {
  return json_answer(
      boost::json::object{{"applied", applied}, {"before", table_json(before)}, {"after", table_json(after)}});
}

}  // namespace

Answer list_topic_settings(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_named(*call, call->names.front());
  if (!topic) co_return topic.error();
  const config::ServerConfig& server = call->ports.config;
  auto json = [&server](const config::ConfigEntry& entry) { return setting_json(entry, server); };
  co_return page_answer(call->request, config::describe_topic(*(*topic)->config, server), json);
}

Answer change_topic_settings(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_to_change(*call, security::Verb::kConfigure);
  if (!topic) co_return topic.error();
  std::vector<config::Alteration> alterations = alterations_of(*call);
  const config::ServerConfig* server = &call->ports.config;
  Result<config::Overrides> wanted = config::alter(*server, (*topic)->overrides, alterations);
  if (!wanted) co_return refusal_of(wanted.error());
  auto possible = config::TopicConfig::make(*server, *wanted);
  if (!possible) co_return refusal_of(possible.error());
  if (call->body_flag("validate_only")) co_return outcome(false, (*topic)->overrides, *wanted);
  // What it was is what the change itself found, whoever else was changing it.
  auto before = std::make_shared<config::Overrides>();
  auto after = std::make_shared<config::Overrides>();
  broker::Reconfigure change = [server, alterations = std::move(alterations), before,
                                after](const config::Overrides& now) {
    *before = now;
    Result<config::Overrides> changed = config::alter(*server, now, alterations);
    if (changed) *after = *changed;
    return changed;
  };
  Result<void> configured = co_await call->ports.catalogue.configure_topic(call->here, (*topic)->id, std::move(change));
  if (!configured) co_return refusal_of(configured.error());
  co_return outcome(true, *before, *after);
}

}  // namespace wharf::v1
