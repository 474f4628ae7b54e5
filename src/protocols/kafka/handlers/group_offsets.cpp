// OffsetCommit, OffsetFetch, OffsetDelete.
#include <algorithm>
#include <iterator>

#include "protocols/kafka/handlers/group_errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kCommitByTopicId = 10;
constexpr std::int16_t kFetchByTopicId = 10;
constexpr std::int16_t kFetchManyGroups = 8;

/// Which of a commit's partitions go to the coordinator, and where their answers belong.
struct CommitPlan {
  std::vector<groups::TopicCommit> topics;
  std::vector<std::pair<std::size_t, std::size_t>>
      places;  // topic and partition of the answer, in the coordinator's order
};

CommitPlan plan_commit(const OffsetCommitRequest& request, bool by_id, const cluster::TopicTable& topics,
                       OffsetCommitResponse& response) {
  CommitPlan plan;
  for (std::size_t t = 0; t < request.topics.size(); ++t) {
    const OffsetCommitRequest::Topic& asked = request.topics[t];
    OffsetCommitResponse::Topic& answer = response.topics.emplace_back();
    answer.name = asked.name;
    answer.topic_id = asked.topic_id;
    NamedTopic topic = find_topic(topics, asked.name, asked.topic_id, by_id);
    groups::TopicCommit commit;
    if (topic.topic) {
      commit.topic = topic.topic->name;
      commit.topic_id = topic.topic->id;
    }
    for (const OffsetCommitRequest::Partition& partition : asked.partitions) {
      OffsetCommitResponse::Partition& place = answer.partitions.emplace_back();
      place.partition_index = partition.partition_index;
      place.error_code = topic.error;
      if (!topic.topic) continue;
      place.error_code = check_partition(*topic.topic, partition.partition_index, kNoLeaderEpoch, kNoLeaderEpoch);
      if (place.error_code != KafkaError::kNone) continue;
      commit.partitions.push_back({partition.partition_index.value, partition.committed_offset,
                                   partition.committed_leader_epoch, partition.committed_metadata.value_or("")});
      plan.places.emplace_back(t, answer.partitions.size() - 1);
    }
    if (!commit.partitions.empty()) plan.topics.push_back(std::move(commit));
  }
  return plan;
}

OffsetFetchResponse::GroupTopic group_topic(groups::FetchedTopic fetched) {
  OffsetFetchResponse::GroupTopic topic;
  topic.name = std::move(fetched.topic);
  topic.topic_id = fetched.topic_id;
  for (groups::FetchedOffset& offset : fetched.partitions) {
    topic.partitions.push_back({PartitionIndex(offset.partition), offset.offset, offset.leader_epoch,
                                std::move(offset.metadata), KafkaError::kNone});
  }
  return topic;
}

std::vector<std::int32_t> numbers(const std::vector<PartitionIndex>& partitions) {
  std::vector<std::int32_t> values;
  for (PartitionIndex partition : partitions) values.push_back(partition.value);
  return values;
}

/// What was committed without a topic's id and with it is of one topic.
void add_topic(OffsetFetchResponse::Group& group, OffsetFetchResponse::GroupTopic topic) {
  bool is_same = !group.topics.empty() && group.topics.back().name == topic.name &&
                 group.topics.back().topic_id == topic.topic_id;
  if (!is_same) return group.topics.push_back(std::move(topic));
  std::ranges::move(topic.partitions, std::back_inserter(group.topics.back().partitions));
}

/// A topic that is not there, asked by id: the error on each of its partitions.
OffsetFetchResponse::GroupTopic unknown_topic(const OffsetFetchRequest::GroupTopic& asked) {
  OffsetFetchResponse::GroupTopic topic{.name = asked.name, .topic_id = asked.topic_id};
  for (PartitionIndex partition : asked.partition_indexes) {
    topic.partitions.push_back({partition, Offset(-1), kNoLeaderEpoch, "", KafkaError::kUnknownTopicId});
  }
  return topic;
}

runtime::Task<OffsetFetchResponse::Group> fetch_group(RequestContext context, OffsetFetchRequest::Group asked) {
  const Door& door = *context.door;
  OffsetFetchResponse::Group group{.group_id = asked.group_id};
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  bool by_id = context.header.api_version >= kFetchByTopicId;
  std::vector<groups::FetchedTopic> fetched;
  if (!asked.topics) {
    fetched = co_await door.groups.fetch_all_offsets(door.shard, std::move(asked.group_id));
  } else {
    std::vector<groups::OffsetsToFetch> wanted;
    for (const OffsetFetchRequest::GroupTopic& topic : *asked.topics) {
      NamedTopic known = find_topic(*topics, topic.name, topic.topic_id, by_id);
      if (by_id && !known.topic) {
        group.topics.push_back(unknown_topic(topic));
        continue;
      }
      wanted.push_back({known.topic ? known.topic->name : topic.name, known.topic ? known.topic->id : TopicId{},
                        numbers(topic.partition_indexes)});
    }
    fetched = co_await door.groups.fetch_offsets(door.shard, std::move(asked.group_id), std::move(wanted));
  }
  for (groups::FetchedTopic& topic : fetched) {
    auto known = topics->find(topic.topic);
    if (known && !groups::is_for_topic(topic, known->id)) continue;
    if (known) topic.topic_id = known->id;
    add_topic(group, group_topic(std::move(topic)));
  }
  co_return group;
}

/// The answer to one group, in the form of versions up to 7.
void to_single_group(OffsetFetchResponse::Group group, OffsetFetchResponse& response) {
  for (OffsetFetchResponse::GroupTopic& from : group.topics) {
    OffsetFetchResponse::Topic& topic = response.topics.emplace_back();
    topic.name = std::move(from.name);
    for (OffsetFetchResponse::GroupPartition& one : from.partitions) {
      topic.partitions.push_back({one.partition_index, one.committed_offset, one.committed_leader_epoch,
                                  std::move(one.metadata), one.error_code});
    }
  }
  response.error_code = group.error_code;
}

}  // namespace

runtime::Task<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
  const Door& door = *context.door;
  std::int16_t version = context.header.api_version;
  OffsetCommitResponse response;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  CommitPlan plan = plan_commit(request, version >= kCommitByTopicId, *topics, response);
  if (plan.places.empty()) co_return response;
  groups::CommitOffsets commit{.group_id = std::move(request.group_id),
                               .generation = request.generation_id_or_member_epoch,
                               .member_id = std::move(request.member_id),
                               .group_instance_id = std::move(request.group_instance_id)};
  if (version >= 2 && version <= 4 && request.retention_time_ms >= 0) commit.retention_ms = request.retention_time_ms;
  commit.missing_group_is_not_found = version >= 9;
  commit.topics = std::move(plan.topics);
  groups::CommitOffsetsResponse committed =
      co_await door.groups.ask<groups::CommitOffsetsResponse>(door.shard, std::move(commit));
  std::size_t next = 0;
  for (const groups::TopicResult& topic : committed.topics) {
    for (const groups::PartitionResult& partition : topic.partitions) {
      auto [t, p] = plan.places[next++];
      bool is_too_large = partition.error == ErrorCode::kTooLarge;
      response.topics[t].partitions[p].error_code =
          is_too_large ? KafkaError::kInvalidCommitOffsetSize : group_error(partition.error);
    }
  }
  co_return response;
}

runtime::Task<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
  OffsetFetchResponse response;
  if (context.header.api_version >= kFetchManyGroups) {
    for (OffsetFetchRequest::Group& asked : request.groups) {
      OffsetFetchResponse::Group group = co_await fetch_group(context, std::move(asked));
      response.groups.push_back(std::move(group));
    }
    co_return response;
  }
  OffsetFetchRequest::Group asked{.group_id = std::move(request.group_id)};
  if (request.topics) {
    for (OffsetFetchRequest::Topic& topic : *request.topics) {
      asked.topics->push_back({std::move(topic.name), {}, std::move(topic.partition_indexes)});
    }
  } else {
    asked.topics.reset();
  }
  OffsetFetchResponse::Group group = co_await fetch_group(context, std::move(asked));
  to_single_group(std::move(group), response);
  co_return response;
}

runtime::Task<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request) {
  const Door& door = *context.door;
  OffsetDeleteResponse response;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  groups::DeleteOffsets wanted{.group_id = std::move(request.group_id)};
  for (const OffsetDeleteRequest::Topic& asked : request.topics) {
    bool known = topics->find(asked.name) != nullptr;
    groups::TopicPartitions partitions{.topic = asked.name};
    OffsetDeleteResponse::Topic unknown{.name = asked.name};
    for (const OffsetDeleteRequest::Partition& partition : asked.partitions) {
      partitions.partitions.push_back(partition.partition_index.value);
      unknown.partitions.push_back({partition.partition_index, KafkaError::kUnknownTopicOrPartition});
    }
    if (known) {
      wanted.topics.push_back(std::move(partitions));
    } else {
      response.topics.push_back(std::move(unknown));
    }
  }
  groups::DeleteOffsetsResponse deleted =
      co_await door.groups.ask<groups::DeleteOffsetsResponse>(door.shard, std::move(wanted));
  response.error_code = group_error(deleted.error);
  if (response.error_code != KafkaError::kNone) {
    response.topics.clear();
    co_return response;
  }
  for (const groups::TopicResult& topic : deleted.topics) {
    OffsetDeleteResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.topic;
    for (const groups::PartitionResult& partition : topic.partitions) {
      answer.partitions.push_back({PartitionIndex(partition.partition), group_error(partition.error)});
    }
  }
  co_return response;
}

}  // namespace wharf::kafka
