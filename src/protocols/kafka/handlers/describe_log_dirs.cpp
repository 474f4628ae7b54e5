// DescribeLogDirs: what each partition takes on disk, and how much room is left (KIP-113, 827).
#include <limits>
#include <map>
#include <set>

#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

std::int64_t as_signed(std::uint64_t bytes) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(bytes, kMost));
}

/// The partitions asked for; none: all.
std::optional<std::set<PartitionId>> partitions_wanted(const DescribeLogDirsRequest& request,
                                                       const cluster::TopicTable& topics) {
  if (!request.topics) return std::nullopt;
  std::set<PartitionId> wanted;
  for (const DescribeLogDirsRequest::Topic& asked : *request.topics) {
    std::shared_ptr<const cluster::Topic> topic = topics.find(asked.topic);
    if (!topic) continue;  // Kafka passes over what it does not have
    for (PartitionIndex index : asked.partitions) wanted.insert(topic->partition(index.value));
  }
  return wanted;
}

}  // namespace

runtime::Task<DescribeLogDirsResponse> handle(RequestContext context, DescribeLogDirsRequest request) {
  const Door& door = *context.door;
  DescribeLogDirsResponse response;
  DescribeLogDirsResponse::LogDir& dir = response.results.emplace_back();
  Result<broker::DataFolderUse> use = co_await door.operate.data_folder(door.shard);
  if (!use) {
    dir.error_code = kafka_error(use.error());
    dir.log_dir = door.config.get<"data.dir">();
    co_return response;
  }
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  std::optional<std::set<PartitionId>> wanted = partitions_wanted(request, *topics);
  std::map<std::string, std::vector<DescribeLogDirsResponse::Partition>> by_topic;
  for (const broker::PartitionSize& size : use->partitions) {
    std::shared_ptr<const cluster::Topic> topic = find_topic(*topics, size.partition.topic);
    if (!topic || (wanted && !wanted->contains(size.partition))) continue;
    by_topic[topic->name].push_back({.partition_index = size.partition.index, .partition_size = as_signed(size.bytes)});
  }
  dir.log_dir = std::move(use->folder);
  dir.total_bytes = as_signed(use->total_bytes);
  dir.usable_bytes = as_signed(use->usable_bytes);
  for (auto& [name, partitions] : by_topic) {
    std::ranges::sort(partitions, {}, &DescribeLogDirsResponse::Partition::partition_index);
    dir.topics.push_back({name, std::move(partitions)});
  }
  co_return response;
}

}  // namespace wharf::kafka
