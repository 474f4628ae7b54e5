#include "cluster/metadata/metadata_record.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace wharf::cluster {
namespace {

namespace json = boost::json;

constexpr std::string_view kTopicPrefix = "topic/";
constexpr std::string_view kLeaderEpochKey = "leader-epoch";
constexpr std::string_view kProducerIdsKey = "producer-ids";

struct Encoder {
  StoredRecord operator()(const TopicRecord& record) const {
    json::object overrides;
    for (const auto& [name, value] : record.overrides) overrides[name] = value;
    json::object object{{"name", record.name}, {"partitions", record.partitions}, {"overrides", std::move(overrides)}};
    if (record.internal) object["internal"] = true;
    if (record.name_space != kDefaultNamespace) object["namespace"] = record.name_space;
    return {fmt::format("{}{}", kTopicPrefix, record.id.hex()), json::serialize(object)};
  }
  StoredRecord operator()(const TopicRemoved& record) const {
    return {fmt::format("{}{}", kTopicPrefix, record.id.hex()), std::nullopt};
  }
  StoredRecord operator()(const LeaderEpochRecord& record) const {
    return {std::string(kLeaderEpochKey), json::serialize(json::object{{"epoch", record.epoch.value}})};
  }
  StoredRecord operator()(const ProducerIdsRecord& record) const {
    return {std::string(kProducerIdsKey), json::serialize(json::object{{"next", record.next}})};
  }
  StoredRecord operator()(const Definition& definition) const { return {definition.key, definition.value}; }
};

std::unexpected<Error> malformed(std::string_view key, std::string_view why) {
  return fail(ErrorCode::kMalformed, fmt::format("metadata record '{}': {}", key, why));
}

Result<std::int64_t> integer(const json::object& object, std::string_view key, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return malformed(key, fmt::format("'{}' is no integer", name));
  return value->get_int64();
}

Result<MetadataRecord> decode_topic(std::string_view key, TopicId id, const json::object& object) {
  TopicRecord record{.id = id};
  const json::value* name = object.if_contains("name");
  if (name == nullptr || !name->is_string()) return malformed(key, "'name' is no text");
  record.name = std::string_view(name->get_string());
  Result<std::int64_t> partitions = integer(object, key, "partitions");
  if (!partitions) return fail(partitions.error());
  if (*partitions < 1 || *partitions > INT32_MAX) return malformed(key, "a number of partitions that cannot be");
  record.partitions = static_cast<std::int32_t>(*partitions);
  const json::value* internal = object.if_contains("internal");
  record.internal = internal != nullptr && internal->is_bool() && internal->get_bool();
  if (const json::value* name_space = object.if_contains("namespace")) {
    if (!name_space->is_string()) return malformed(key, "'namespace' is no text");
    record.name_space = std::string_view(name_space->get_string());
  }
  const json::value* overrides = object.if_contains("overrides");
  if (overrides == nullptr || !overrides->is_object()) return malformed(key, "'overrides' is no object");
  for (const auto& [setting, value] : overrides->get_object()) {
    if (!value.is_string()) return malformed(key, fmt::format("setting '{}' is no text", std::string_view(setting)));
    record.overrides.emplace(std::string_view(setting), std::string_view(value.get_string()));
  }
  return record;
}

}  // namespace

StoredRecord encode(const MetadataRecord& record) { return std::visit(Encoder{}, record); }

Result<MetadataRecord> decode(std::string_view key, std::optional<std::string_view> value) {
  bool is_topic = key.starts_with(kTopicPrefix);
  TopicId id;
  if (is_topic) {
    Result<Uuid> parsed = Uuid::from_hex(key.substr(kTopicPrefix.size()));
    if (!parsed) return malformed(key, "the key names no topic id");
    id = *parsed;
    if (!value) return TopicRemoved{id};
  } else if (key.contains('/')) {
    return Definition{std::string(key), value ? std::optional<std::string>(*value) : std::nullopt};
  }
  if (!value) return malformed(key, "has no value");
  boost::system::error_code error;
  json::value parsed = json::parse(json::string_view(value->data(), value->size()), error);
  if (error || !parsed.is_object()) return malformed(key, "the value is no JSON object");
  const json::object& object = parsed.get_object();
  if (is_topic) return decode_topic(key, id, object);
  if (key == kLeaderEpochKey) {
    Result<std::int64_t> epoch = integer(object, key, "epoch");
    if (!epoch) return fail(epoch.error());
    return LeaderEpochRecord{LeaderEpoch(static_cast<std::int32_t>(*epoch))};
  }
  if (key == kProducerIdsKey) {
    Result<std::int64_t> next = integer(object, key, "next");
    if (!next) return fail(next.error());
    return ProducerIdsRecord{*next};
  }
  return malformed(key, "an unknown kind of record");
}

}  // namespace wharf::cluster
