// DescribeTopicPartitions: topics by name, page by page (KIP-966). A page ends after so many partitions; the cursor
// names the topic and partition with which the next one begins.
#include <algorithm>
#include <set>

#include "protocols/kafka/handlers/authorized_operations.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

using Response = DescribeTopicPartitionsResponse;

constexpr std::int32_t kMostPartitions = 2000;  // of a page: max.request.partition.size.limit

struct Page {
  const cluster::TopicTable& topics;
  NodeId node_id;
  std::int32_t room = 0;
  Response response;

  /// The topic from partition `first` on. False when the page ends before the topic's end.
  bool add(const cluster::Topic& topic, std::int32_t first);
  void add_missing(const std::string& name);
};

bool Page::add(const cluster::Topic& topic, std::int32_t first) {
  Response::Topic& answer = response.topics.emplace_back();
  answer.name = topic.name;
  answer.topic_id = topic.id;
  answer.is_internal = topic.internal;
  answer.topic_authorized_operations = kTopicOperations;
  std::int32_t count = std::clamp(topic.partitions - first, 0, room);
  for (std::int32_t i = first; i < first + count; ++i) {
    Response::Partition& partition = answer.partitions.emplace_back();
    partition.partition_index = PartitionIndex(i);
    partition.leader_id = node_id;
    partition.leader_epoch = topics.leader_epoch();
    partition.replica_nodes = {node_id};
    partition.isr_nodes = {node_id};
    partition.eligible_leader_replicas.emplace();
    partition.last_known_elr.emplace();
  }
  room -= count;
  if (first >= topic.partitions || first + count == topic.partitions) return true;
  response.next_cursor = {topic.name, PartitionIndex(first + count)};
  return false;
}

void Page::add_missing(const std::string& name) {
  Response::Topic& answer = response.topics.emplace_back();
  answer.error_code =
      refuse_topic_name(name) ? KafkaError::kInvalidTopicException : KafkaError::kUnknownTopicOrPartition;
  answer.name = name;
  answer.topic_authorized_operations = kTopicOperations;
}

/// Names in order, from the cursor's on. All topics when none is named.
std::set<std::string> names_wanted(const DescribeTopicPartitionsRequest& request, const cluster::TopicTable& topics) {
  std::set<std::string> names;
  for (const DescribeTopicPartitionsRequest::Topic& topic : request.topics) names.insert(topic.name);
  if (request.topics.empty()) {
    for (const auto& [name, topic] : topics.topics()) names.insert(name);
  }
  if (request.cursor) names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
  return names;
}

/// A cursor must name a topic of the request and a partition that can be.
bool is_misplaced(const DescribeTopicPartitionsRequest& request, const std::set<std::string>& names) {
  if (!request.cursor) return false;
  if (request.cursor->partition_index < PartitionIndex(0)) return true;
  return !request.topics.empty() && !names.contains(request.cursor->topic_name);
}

Response refuse(const DescribeTopicPartitionsRequest& request) {
  Response response;
  for (const DescribeTopicPartitionsRequest::Topic& topic : request.topics) {
    response.topics.push_back(
        {.error_code = KafkaError::kInvalidRequest, .name = topic.name, .topic_id = {}, .partitions = {}});
  }
  return response;
}

}  // namespace

runtime::Task<Response> handle(RequestContext context, DescribeTopicPartitionsRequest request) {
  const Door& door = *context.door;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  std::set<std::string> names = names_wanted(request, *topics);
  if (is_misplaced(request, names)) co_return refuse(request);
  Page page{*topics, door.node_id, std::clamp(request.response_partition_limit, 1, kMostPartitions), {}};
  for (const std::string& name : names) {
    if (page.room == 0) {
      page.response.next_cursor = {name, PartitionIndex(0)};
      break;
    }
    bool begins_here = request.cursor && request.cursor->topic_name == name;
    std::shared_ptr<const cluster::Topic> topic = topics->find(name);
    if (!topic) {
      page.add_missing(name);
    } else if (!page.add(*topic, begins_here ? request.cursor->partition_index.value : 0)) {
      break;
    }
  }
  co_return std::move(page.response);
}

}  // namespace wharf::kafka
