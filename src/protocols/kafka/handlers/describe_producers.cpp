// DescribeProducers: the producers whose sequence numbers a partition remembers (KIP-664).
#include "protocols/kafka/handlers/api_error.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int32_t kNoCoordinatorEpoch = -1;  // never part of a transaction

DescribeProducersResponse::Producer described(const log::ProducerSummary& producer) {
  return {.producer_id = producer.id,
          .producer_epoch = producer.epoch.value,
          .last_sequence = producer.last_sequence,
          .last_timestamp = producer.last_timestamp.ms,
          .coordinator_epoch = kNoCoordinatorEpoch};
}

ApiError check(const std::string& name, const cluster::Topic* topic, PartitionIndex partition) {
  if (auto refused = refuse_topic_name(name)) return {KafkaError::kInvalidTopicException, std::move(*refused)};
  if (topic == nullptr) return ApiError(KafkaError::kUnknownTopicOrPartition);
  KafkaError error = check_partition(*topic, partition, kNoLeaderEpoch, kNoLeaderEpoch);
  return error == KafkaError::kNone ? ApiError() : ApiError(error);
}

}  // namespace

runtime::Task<DescribeProducersResponse> handle(RequestContext context, DescribeProducersRequest request) {
  const Door& door = *context.door;
  DescribeProducersResponse response;
  for (DescribeProducersRequest::Topic& asked : request.topics) {
    std::shared_ptr<const cluster::Topic> topic = door.catalogue.topics(door.shard)->find(asked.name);
    DescribeProducersResponse::Topic answer{.name = std::move(asked.name), .partitions = {}};
    for (PartitionIndex index : asked.partition_indexes) {
      DescribeProducersResponse::Partition partition{.partition_index = index};
      ApiError error = check(answer.name, topic.get(), index);
      if (error.ok()) {
        auto producers = co_await door.operate.producers(door.shard, topic->partition(index.value));
        if (!producers) error = ApiError(producers.error());
        if (producers) std::ranges::transform(*producers, std::back_inserter(partition.active_producers), described);
      }
      partition.error_code = error.code;
      partition.error_message = std::move(error.message);
      answer.partitions.push_back(std::move(partition));
    }
    response.topics.push_back(std::move(answer));
  }
  co_return response;
}

}  // namespace wharf::kafka
