#include "cluster/metadata/catalogue.hpp"

#include <fmt/format.h>

namespace wharf::cluster {
namespace {

TopicRecord record_of(const Topic& topic) {
  return {topic.id, topic.name, topic.partitions, topic.internal, topic.overrides, topic.name_space};
}

}  // namespace

Catalogue::Catalogue(TopicConfigBuilder build_config) : build_config_(std::move(build_config)) {}

Result<MetadataRecord> Catalogue::create_topic(const NewTopic& topic) const {
  if (topic.name.empty()) return fail(ErrorCode::kInvalidName, "a topic needs a name");
  if (topic.id.is_zero()) return fail(ErrorCode::kInternal, "the zero topic id means 'none'");
  if (table_->find(topic.name_space, topic.name)) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("Topic '{}' already exists.", topic.name));
  }
  if (topic.partitions < 1) return fail(ErrorCode::kInvalidArgument, "Number of partitions must be larger than 0.");
  auto config = build_config_(topic.overrides);
  if (!config) return fail(config.error());
  return TopicRecord{topic.id, topic.name, topic.partitions, topic.internal, topic.overrides, topic.name_space};
}

Result<std::shared_ptr<const Topic>> Catalogue::known(TopicId id) const {
  std::shared_ptr<const Topic> topic = table_->find(id);
  if (!topic) return fail(ErrorCode::kUnknownTopicId, fmt::format("no topic has the id {}", id.base64()));
  return topic;
}

Result<MetadataRecord> Catalogue::remove_topic(TopicId id) const {
  auto topic = known(id);
  if (!topic) return fail(topic.error());
  return TopicRemoved{id};
}

std::vector<MetadataRecord> Catalogue::remove_topics(std::string_view name_space) const {
  std::vector<MetadataRecord> removed;
  for (const auto& [name, topic] : table_->topics(name_space)) removed.push_back(TopicRemoved{topic->id});
  return removed;
}

Result<MetadataRecord> Catalogue::grow_topic(TopicId id, std::int32_t total) const {
  auto topic = known(id);
  if (!topic) return fail(topic.error());
  std::int32_t now = (*topic)->partitions;
  if (total == now) return fail(ErrorCode::kInvalidArgument, fmt::format("Topic already has {} partition(s).", now));
  if (total < now) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.", (*topic)->name, now, total));
  }
  TopicRecord record = record_of(**topic);
  record.partitions = total;
  return record;
}

Result<MetadataRecord> Catalogue::configure_topic(TopicId id, std::map<std::string, std::string> overrides) const {
  auto topic = known(id);
  if (!topic) return fail(topic.error());
  auto config = build_config_(overrides);
  if (!config) return fail(config.error());
  TopicRecord record = record_of(**topic);
  record.overrides = std::move(overrides);
  return record;
}

MetadataRecord Catalogue::next_leader_epoch() const { return LeaderEpochRecord{table_->leader_epoch().plus(1)}; }

Catalogue::ProducerIdBlock Catalogue::next_producer_ids(std::int64_t count) const {
  return {next_producer_id_, ProducerIdsRecord{next_producer_id_ + count}};
}

std::shared_ptr<const Topic> Catalogue::build(const TopicRecord& record, std::vector<Error>& refusals) const {
  auto topic = std::make_shared<Topic>(record.name, record.id, record.partitions, record.internal, record.overrides);
  auto config = build_config_(topic->overrides);
  if (!config) {
    refusals.push_back(config.error());
    std::erase_if(topic->overrides, [this](const auto& setting) { return !build_config_({setting}); });
    config = build_config_(topic->overrides);
  }
  WHARF_ASSERT(config.has_value());
  topic->config = *config;
  topic->name_space = record.name_space;
  return topic;
}

std::vector<Error> Catalogue::apply(std::span<const MetadataRecord> records) {
  auto next = std::make_shared<TopicTable>(*table_);
  std::vector<Error> refusals;
  for (const MetadataRecord& record : records) {
    if (const auto* stored = std::get_if<TopicRecord>(&record)) {
      next->put(build(*stored, refusals));
    } else if (const auto* removed = std::get_if<TopicRemoved>(&record)) {
      next->remove(removed->id);
    } else if (const auto* epoch = std::get_if<LeaderEpochRecord>(&record)) {
      next->set_leader_epoch(epoch->epoch);
    } else if (const auto* ids = std::get_if<ProducerIdsRecord>(&record)) {
      next_producer_id_ = ids->next;
    }
  }
  table_ = std::move(next);
  return refusals;
}

}  // namespace wharf::cluster
