#include "client/offsets.hpp"

#include <fmt/format.h>

#include "protocols/kafka/api/list_offsets.hpp"

namespace wharf::client {

runtime::Task<Result<PartitionOffsets>> offsets_of(Connection* leader, Topic topic, std::int64_t time_ms) {
  kafka::ListOffsetsRequest request{.replica_id = NodeId(-1)};
  kafka::ListOffsetsRequest::Topic& asked = request.topics.emplace_back();
  asked.name = topic.name;
  for (const Partition& partition : topic.partitions)
    asked.partitions.push_back({.partition_index = partition.index, .timestamp = time_ms});
  auto answer = co_await leader->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  PartitionOffsets offsets;
  for (const auto& answered : answer->topics) {
    for (const auto& partition : answered.partitions) {
      if (partition.error_code != kafka::KafkaError::kNone) {
        Error error = kafka_failure(partition.error_code);
        co_return fail(error.code, fmt::format("topic '{}', partition {}: {}", topic.name,
                                               partition.partition_index.value, error.message));
      }
      offsets[partition.partition_index] = partition.offset;
    }
  }
  for (const Partition& partition : topic.partitions) {
    if (!offsets.contains(partition.index))
      co_return fail(ErrorCode::kMalformed, "the broker's answer leaves out a partition asked for");
  }
  co_return offsets;
}

runtime::Task<Result<PartitionOffsets>> offsets_of(Cluster* cluster, Topic topic, std::int64_t time_ms) {
  std::map<NodeId, Topic> by_leader;
  for (const Partition& partition : topic.partitions) {
    Topic& share = by_leader[partition.leader];
    share.name = topic.name;
    share.partitions.push_back(partition);
  }
  PartitionOffsets all;
  for (auto& [id, share] : by_leader) {
    Result<Connection*> leader = co_await cluster->broker(id);
    if (!leader) co_return fail(leader.error());
    auto some = co_await offsets_of(*leader, share, time_ms);
    if (!some) co_return fail(some.error());
    all.merge(*some);
  }
  co_return all;
}

}  // namespace wharf::client
