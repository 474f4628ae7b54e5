#include <set>

#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

// ListOffsetsRequest's special timestamps.
constexpr std::int64_t kLatest = -1;
constexpr std::int64_t kEarliest = -2;
constexpr std::int64_t kMaxTimestamp = -3;
constexpr std::int64_t kEarliestLocal = -4;
constexpr std::int64_t kLatestTiered = -5;
constexpr std::int64_t kEarliestPendingUpload = -6;

using Answer = ListOffsetsResponse::Partition;

/// The lowest version that knows each special timestamp; before, UNSUPPORTED_VERSION as Kafka answers.
std::int16_t first_version_of(std::int64_t timestamp) {
  if (timestamp == kMaxTimestamp) return 7;
  if (timestamp == kEarliestLocal) return 8;
  if (timestamp == kLatestTiered) return 9;
  if (timestamp == kEarliestPendingUpload) return 11;
  return 0;
}

void fill(Answer* answer, const Result<broker::FoundOffset>& found) {
  if (!found) {
    answer->error_code = kafka_error(found.error());
    return;
  }
  answer->offset = found->offset;
  answer->timestamp = found->timestamp.ms;
  answer->leader_epoch = found->leader_epoch;
}

runtime::Task<void> by_mark(const Door* door, PartitionId partition, std::int64_t timestamp, bool committed, Answer* answer) {
  Result<broker::PartitionMarks> marks = co_await door->read.marks(door->shard, partition);
  if (!marks) {
    answer->error_code = kafka_error(marks.error());
    co_return;
  }
  bool latest = timestamp == kLatest;
  answer->offset = !latest ? marks->log_start : committed ? marks->last_stable : marks->high_watermark;
  answer->leader_epoch = latest ? marks->leader_epoch : marks->log_start_epoch;
}

/// Says it as the version can: epochs from 4 on; version 0 has a list instead, of the one offset it asks for.
void fit_version(Answer* answer, std::int16_t version, std::int32_t max_offsets) {
  if (version < 4) answer->leader_epoch = kNoLeaderEpoch;
  if (version > 0) return;
  if (answer->error_code == KafkaError::kNone && answer->offset.value >= 0 && max_offsets > 0) {
    answer->old_style_offsets.push_back(answer->offset.value);
  }
  answer->offset = Offset(-1);
  answer->timestamp = kNoTimestamp.ms;
}

runtime::Task<void> answer_partition(const RequestContext* context, PartitionId partition,
                                     ListOffsetsRequest::Partition asked, bool committed, Answer* answer) {
  const Door* door = context->door;
  std::int64_t timestamp = asked.timestamp;
  if (timestamp < 0 && (timestamp < kEarliestPendingUpload || context->header.api_version < first_version_of(timestamp))) {
    answer->error_code = KafkaError::kUnsupportedVersion;
  } else if (timestamp == kLatest || timestamp == kEarliest || timestamp == kEarliestLocal) {
    co_await by_mark(door, partition, timestamp, committed, answer);
  } else if (timestamp == kMaxTimestamp) {
    Result<broker::FoundOffset> found = co_await door->read.find_max_timestamp(door->shard, partition);
    fill(answer, found);
  } else if (timestamp >= 0) {
    Result<broker::FoundOffset> found = co_await door->read.find_time(door->shard, partition, Timestamp{timestamp});
    fill(answer, found);
  }  // nothing is tiered, nothing waits for an upload: offset -1, no error
  fit_version(answer, context->header.api_version, asked.max_num_offsets);
}

}  // namespace

runtime::Task<ListOffsetsResponse> handle(RequestContext context, ListOffsetsRequest request) {
  const Door& door = *context.door;
  ListOffsetsResponse response;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  std::set<std::pair<std::string, std::int32_t>> seen;
  std::set<std::pair<std::string, std::int32_t>> twice;
  for (const ListOffsetsRequest::Topic& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      std::pair place(topic.name, partition.partition_index.value);
      if (!seen.insert(place).second) twice.insert(place);
    }
  }
  for (const ListOffsetsRequest::Topic& asked : request.topics) {
    ListOffsetsResponse::Topic& answer = response.topics.emplace_back();
    answer.name = asked.name;
    NamedTopic topic = find_topic(*topics, asked.name, {}, false);
    answer.partitions.resize(asked.partitions.size());
    for (std::size_t i = 0; i < asked.partitions.size(); ++i) {
      Answer* partition = &answer.partitions[i];
      partition->partition_index = asked.partitions[i].partition_index;
      partition->error_code = topic.error;
      if (twice.contains({asked.name, partition->partition_index.value})) partition->error_code = KafkaError::kInvalidRequest;
      if (partition->error_code != KafkaError::kNone) continue;
      partition->error_code = check_partition(*topic.topic, partition->partition_index, asked.partitions[i].current_leader_epoch,
                                              topics->leader_epoch());
      if (partition->error_code != KafkaError::kNone) continue;
      PartitionId id = topic.topic->partition(partition->partition_index.value);
      co_await answer_partition(&context, id, asked.partitions[i], request.isolation_level == 1, partition);
    }
  }
  co_return response;
}

runtime::Task<OffsetForLeaderEpochResponse> handle(RequestContext context, OffsetForLeaderEpochRequest request) {
  const Door& door = *context.door;
  OffsetForLeaderEpochResponse response;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  for (const OffsetForLeaderEpochRequest::Topic& asked : request.topics) {
    OffsetForLeaderEpochResponse::Topic& answer = response.topics.emplace_back();
    answer.topic = asked.topic;
    NamedTopic topic = find_topic(*topics, asked.topic, {}, false);
    for (const OffsetForLeaderEpochRequest::Partition& one : asked.partitions) {
      OffsetForLeaderEpochResponse::Partition partition{.error_code = topic.error, .partition = one.partition};
      if (topic.topic) {
        partition.error_code = check_partition(*topic.topic, one.partition, one.current_leader_epoch, topics->leader_epoch());
      }
      if (partition.error_code == KafkaError::kNone) {
        PartitionId id = topic.topic->partition(one.partition.value);
        Result<broker::FoundOffset> end = co_await door.read.end_of_epoch(door.shard, id, one.leader_epoch);
        if (end) {
          partition.leader_epoch = end->leader_epoch;
          partition.end_offset = end->offset;
        } else {
          partition.error_code = kafka_error(end.error());
        }
      }
      answer.partitions.push_back(partition);
    }
  }
  co_return response;
}

runtime::Task<InitProducerIdResponse> handle(RequestContext context, InitProducerIdRequest request) {
  const Door& door = *context.door;
  InitProducerIdResponse response;
  if (request.transactional_id) {
    response.error_code = KafkaError::kTransactionalIdAuthorizationFailed;
    if (request.transactional_id->empty()) response.error_code = KafkaError::kInvalidRequest;
    co_return response;
  }
  Result<ProducerId> id = co_await door.catalogue.new_producer_id(door.shard);
  if (id) {
    response.producer_id = *id;
    response.producer_epoch = ProducerEpoch(0);
  } else {
    // As Kafka: of all codes that say "later" the one at which no client looks for a coordinator, which a producer without transactions has not.
    response.error_code = KafkaError::kCoordinatorLoadInProgress;
  }
  co_return response;
}

}  // namespace wharf::kafka
