#include <set>

#include <fmt/format.h>

#include "protocols/kafka/handlers/authorized_operations.hpp"
#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/new_topic_name.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

/// Versions 10 and 11 have a field for the id, but cannot be asked by it (KAFKA-13559).
constexpr std::int16_t kFirstVersionById = 12;

struct MetadataAnswer {
  const Door& door;
  const MetadataRequest& request;
  std::int16_t version;
  MetadataResponse response;

  void add(const cluster::Topic& topic, const cluster::TopicTable& topics);
  void add_missing(std::optional<std::string> name, TopicId id, KafkaError error);
};

void MetadataAnswer::add(const cluster::Topic& topic, const cluster::TopicTable& topics) {
  MetadataResponse::Topic& answer = response.topics.emplace_back();
  answer.name = topic.name;
  answer.topic_id = topic.id;
  answer.is_internal = topic.internal;
  if (request.include_topic_authorized_operations) answer.topic_authorized_operations = kTopicOperations;
  answer.partitions.resize(static_cast<std::size_t>(topic.partitions));
  for (std::int32_t i = 0; i < topic.partitions; ++i) {
    MetadataResponse::Partition& partition = answer.partitions[static_cast<std::size_t>(i)];
    partition.partition_index = PartitionIndex(i);
    partition.leader_id = door.node_id;
    partition.leader_epoch = topics.leader_epoch();
    partition.replica_nodes = {door.node_id};
    partition.isr_nodes = {door.node_id};
  }
}

void MetadataAnswer::add_missing(std::optional<std::string> name, TopicId id, KafkaError error) {
  MetadataResponse::Topic& answer = response.topics.emplace_back();
  answer.error_code = error;
  answer.name = std::move(name);
  answer.topic_id = id;
  if (version < 12 && !answer.name) answer.name = "";
}

/// Created before the answer, so that there is no moment without a leader for the client to stumble over.
runtime::Task<KafkaError> create_automatically(const Door* door, std::string name) {
  KafkaError refused = check_new_topic_name(*door->catalogue.topics(door->shard), name).code;
  // A name that Kafka keeps for itself is that of a topic that is not there.
  if (refused == KafkaError::kInvalidRequest) co_return KafkaError::kUnknownTopicOrPartition;
  if (refused != KafkaError::kNone) co_return refused;
  auto created = co_await door->catalogue.create_topic(door->shard, {.name = name});
  if (created || created.error().code == ErrorCode::kAlreadyExists) co_return KafkaError::kNone;
  co_return kafka_error(created.error());
}

}  // namespace

runtime::Task<MetadataResponse> handle(RequestContext context, MetadataRequest request) {
  const Door& door = *context.door;
  std::int16_t version = context.header.api_version;
  MetadataAnswer answer{.door = door, .request = request, .version = version, .response = {}};
  Endpoint endpoint = advertised(door, *context.client);
  answer.response.brokers.push_back({door.node_id, endpoint.host, endpoint.port, std::nullopt});
  answer.response.cluster_id = door.cluster_id;
  answer.response.controller_id = door.node_id;
  if (request.include_cluster_authorized_operations) answer.response.cluster_authorized_operations = kClusterOperations;

  bool wants_all = !request.topics || (version == 0 && request.topics->empty());
  if (wants_all) {
    cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
    for (const auto& [name, topic] : topics->topics()) answer.add(*topic, *topics);
    co_return std::move(answer.response);
  }
  bool may_create = (version < 4 || request.allow_auto_topic_creation) && door.config.get<"auto.create.topics.enable">();
  std::set<std::pair<std::string, TopicId>> answered;
  for (const MetadataRequest::Topic& asked : *request.topics) {
    if (!answered.emplace(asked.name.value_or(""), asked.topic_id).second) continue;
    if (version < kFirstVersionById && (!asked.name || !asked.topic_id.is_zero())) {
      answer.add_missing(asked.name.value_or(""), asked.topic_id, KafkaError::kInvalidRequest);
      continue;
    }
    bool by_id = !asked.name || !asked.topic_id.is_zero();
    cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
    NamedTopic topic = find_topic(*topics, asked.name.value_or(""), asked.topic_id, by_id);
    if (topic.topic) {
      answer.add(*topic.topic, *topics);
      continue;
    }
    if (by_id) {
      answer.add_missing(std::nullopt, asked.topic_id, topic.error);
      continue;
    }
    KafkaError error = refuse_topic_name(*asked.name) ? KafkaError::kInvalidTopicException : topic.error;
    if (may_create && error == topic.error) error = co_await create_automatically(&door, *asked.name);
    topics = door.catalogue.topics(door.shard);
    topic = find_topic(*topics, *asked.name, {}, false);
    if (error == KafkaError::kNone && topic.topic) {
      answer.add(*topic.topic, *topics);
    } else {
      answer.add_missing(asked.name, {}, error == KafkaError::kNone ? topic.error : error);
    }
  }
  co_return std::move(answer.response);
}

}  // namespace wharf::kafka
