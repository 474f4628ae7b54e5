// DeleteRecords: moves log start offsets forward (KIP-107).
#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr Offset kNoLowWatermark{-1};
constexpr Offset kHighWatermark{-1};  // of a request: all that is committed

KafkaError check(const cluster::Topic* topic, const DeleteRecordsRequest::Partition& wish) {
  if (topic == nullptr) return KafkaError::kUnknownTopicOrPartition;
  KafkaError error = check_partition(*topic, wish.partition_index, kNoLeaderEpoch, kNoLeaderEpoch);
  if (error != KafkaError::kNone) return error;
  if (topic->internal) return KafkaError::kInvalidTopicException;
  if (topic->config->cleanup_compact && !topic->config->cleanup_delete) return KafkaError::kPolicyViolation;
  return wish.offset < kHighWatermark ? KafkaError::kOffsetOutOfRange : KafkaError::kNone;
}

using Answer = DeleteRecordsResponse::Partition;

runtime::Task<Answer> remove(const Door* door, std::shared_ptr<const cluster::Topic> topic,
                             DeleteRecordsRequest::Partition wish) {
  KafkaError error = check(topic.get(), wish);
  if (error != KafkaError::kNone) co_return Answer{wish.partition_index, kNoLowWatermark, error};
  PartitionId partition = topic->partition(wish.partition_index.value);
  Result<Offset> low_watermark = co_await door->operate.delete_records(door->shard, partition, wish.offset);
  if (!low_watermark) co_return Answer{wish.partition_index, kNoLowWatermark, kafka_error(low_watermark.error())};
  co_return Answer{wish.partition_index, *low_watermark, KafkaError::kNone};
}

}  // namespace

runtime::Task<DeleteRecordsResponse> handle(RequestContext context, DeleteRecordsRequest request) {
  const Door& door = *context.door;
  DeleteRecordsResponse response;
  for (DeleteRecordsRequest::Topic& topic : request.topics) {
    std::shared_ptr<const cluster::Topic> found = door.catalogue.topics(door.shard)->find(topic.name);
    DeleteRecordsResponse::Topic answer{.name = std::move(topic.name), .partitions = {}};
    for (const DeleteRecordsRequest::Partition& wish : topic.partitions) {
      Answer done = co_await remove(&door, found, wish);
      answer.partitions.push_back(done);
    }
    response.topics.push_back(std::move(answer));
  }
  co_return response;
}

}  // namespace wharf::kafka
