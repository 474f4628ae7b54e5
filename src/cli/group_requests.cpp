#include "cli/group_requests.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/partition_list.hpp"
#include "protocols/kafka/api/delete_groups.hpp"
#include "protocols/kafka/api/offset_commit.hpp"
#include "protocols/kafka/api/offset_delete.hpp"
#include "protocols/kafka/api/offset_fetch.hpp"

namespace wharf::cli {
namespace {

using kafka::KafkaError;
using runtime::Task;

constexpr std::int16_t kLastVersionByName = 9;  // of OffsetFetch and OffsetCommit: later ones name topics by id
constexpr std::int16_t kSeveralGroups = 8;      // OffsetFetch asks for several at once from here on

Error about_group(const std::string& group, KafkaError error, const std::optional<std::string>& message = {}) {
  Error refused = client::kafka_failure(error, message);
  return {refused.code, fmt::format("group '{}': {}", group, refused.message)};
}

Error about_partition(const PartitionName& partition, KafkaError error) {
  Error refused = client::kafka_failure(error);
  return {refused.code,
          fmt::format("partition {} of '{}': {}", partition.second.value, partition.first, refused.message)};
}

}  // namespace

Task<Result<std::vector<GroupListing>>> list_groups(ClientSession* session) {
  auto known = co_await session->cluster.metadata({.allow_auto_topic_creation = false});
  if (!known) co_return fail(known.error());
  std::vector<GroupListing> groups;
  for (NodeId id : session->cluster.brokers()) {
    auto broker = co_await session->cluster.broker(id);
    if (!broker) co_return fail(broker.error());
    auto answer = co_await (*broker)->call(kafka::ListGroupsRequest{});
    if (!answer) co_return fail(answer.error());
    if (answer->error_code != KafkaError::kNone) co_return fail(client::kafka_failure(answer->error_code));
    for (GroupListing& group : answer->groups) groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, {}, &GroupListing::group_id);
  co_return groups;
}

Task<Result<GroupDescription>> describe_group(ClientSession* session, std::string group) {
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto answer = co_await (*coordinator)->call(kafka::DescribeGroupsRequest{.groups = {group}});
  if (!answer) co_return fail(answer.error());
  if (answer->groups.empty())
    co_return fail(ErrorCode::kMalformed, "the broker's answer leaves out the group asked for");
  GroupDescription& described = answer->groups.front();
  if (described.error_code != KafkaError::kNone)
    co_return fail(about_group(group, described.error_code, described.error_message));
  // Before version 6 a group that is not there is "Dead".
  if (described.group_state == "Dead") co_return fail(about_group(group, KafkaError::kGroupIdNotFound));
  co_return std::move(described);
}

Task<Result<GroupOffsets>> committed_offsets(ClientSession* session, std::string group) {
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto version = (*coordinator)->version(kafka::ApiKey::kOffsetFetch, kLastVersionByName);
  if (!version) co_return fail(version.error());
  kafka::OffsetFetchRequest request;
  if (*version >= kSeveralGroups) {
    request.groups.push_back({.group_id = group, .topics = std::nullopt});
  } else {
    request.group_id = group;
    request.topics.reset();
  }
  auto answer = co_await (*coordinator)->call(std::move(request), kLastVersionByName);
  if (!answer) co_return fail(answer.error());
  GroupOffsets offsets;
  if (answer->error_code != KafkaError::kNone) co_return fail(about_group(group, answer->error_code));
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.committed_offset.value >= 0)
        offsets[{topic.name, partition.partition_index}] = partition.committed_offset;
    }
  }
  for (const auto& one : answer->groups) {
    if (one.error_code != KafkaError::kNone) co_return fail(about_group(group, one.error_code));
    for (const auto& topic : one.topics) {
      for (const auto& partition : topic.partitions) {
        if (partition.committed_offset.value >= 0)
          offsets[{topic.name, partition.partition_index}] = partition.committed_offset;
      }
    }
  }
  co_return offsets;
}

Task<Result<void>> commit_offsets(ClientSession* session, std::string group, GroupOffsets offsets) {
  kafka::OffsetCommitRequest request{.group_id = group};
  for (const auto& [name, offset] : offsets) {
    if (request.topics.empty() || request.topics.back().name != name.first)
      request.topics.push_back({.name = name.first});
    request.topics.back().partitions.push_back(
        {.partition_index = name.second, .committed_offset = offset, .committed_metadata = ""});
  }
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto answer = co_await (*coordinator)->call(std::move(request), kLastVersionByName);
  if (!answer) co_return fail(answer.error());
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code == KafkaError::kUnknownMemberId)  // what a broker says while the group has members
        co_return fail(ErrorCode::kGroupNotEmpty,
                       fmt::format("group '{}' has members: stop them first, they would not notice", group));
      if (partition.error_code != KafkaError::kNone)
        co_return fail(about_partition({topic.name, partition.partition_index}, partition.error_code));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> delete_group(ClientSession* session, std::string group) {
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto answer = co_await (*coordinator)->call(kafka::DeleteGroupsRequest{.groups_names = {group}});
  if (!answer) co_return fail(answer.error());
  for (const auto& result : answer->results) {
    if (result.error_code != KafkaError::kNone) co_return fail(about_group(group, result.error_code));
  }
  co_return Result<void>();
}

Task<Result<void>> remove_members(ClientSession* session, std::string group, std::vector<GroupLeaver> leavers) {
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto answer =
      co_await (*coordinator)->call(kafka::LeaveGroupRequest{.group_id = group, .members = std::move(leavers)});
  if (!answer) co_return fail(answer.error());
  if (answer->error_code != KafkaError::kNone) co_return fail(about_group(group, answer->error_code));
  for (const auto& member : answer->members) {
    if (member.error_code == KafkaError::kNone) continue;
    Error refused = about_group(group, member.error_code);
    co_return fail(refused.code,
                   fmt::format("{} ('{}')", refused.message, member.group_instance_id.value_or(member.member_id)));
  }
  co_return Result<void>();
}

Task<Result<void>> delete_offsets(ClientSession* session, std::string group, std::vector<PartitionName> partitions) {
  kafka::OffsetDeleteRequest request{.group_id = group};
  std::ranges::sort(partitions);
  for (const PartitionName& partition : partitions) {
    if (request.topics.empty() || request.topics.back().name != partition.first)
      request.topics.push_back({.name = partition.first});
    request.topics.back().partitions.push_back({partition.second});
  }
  auto coordinator = co_await session->cluster.coordinator(group);
  if (!coordinator) co_return fail(coordinator.error());
  auto answer = co_await (*coordinator)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  if (answer->error_code != KafkaError::kNone) co_return fail(about_group(group, answer->error_code));
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != KafkaError::kNone)
        co_return fail(about_partition({topic.name, partition.partition_index}, partition.error_code));
    }
  }
  co_return Result<void>();
}

Task<Result<std::vector<PartitionName>>> named_partitions(ClientSession* session, std::vector<std::string> names) {
  std::set<PartitionName> found;
  for (const std::string& name : names) {
    const std::size_t colon = std::min(name.rfind(':'), name.size());
    auto topic = co_await session->cluster.topic(name.substr(0, colon), {});
    if (!topic) co_return fail(topic.error());
    auto chosen = choose_partitions(*topic, colon == name.size() ? "" : name.substr(colon + 1));
    if (!chosen) co_return fail(chosen.error());
    for (const client::Partition& partition : *chosen) found.emplace(topic->name, partition.index);
  }
  co_return std::vector<PartitionName>(found.begin(), found.end());
}

Task<Result<GroupOffsets>> offsets_at(ClientSession* session, std::vector<PartitionName> partitions,
                                      std::int64_t time_ms, MissingTopics missing) {
  std::map<std::string, std::set<PartitionIndex>> by_topic;
  for (const PartitionName& partition : partitions) by_topic[partition.first].insert(partition.second);
  GroupOffsets offsets;
  for (const auto& [name, indexes] : by_topic) {
    auto topic = co_await session->cluster.topic(name, {});
    const bool is_gone = !topic && topic.error().code == ErrorCode::kNotFound;
    if (is_gone && missing == MissingTopics::kLeaveOut) continue;
    if (!topic) co_return fail(topic.error());
    std::erase_if(topic->partitions, [wanted = &indexes](const client::Partition& partition) {
      return !wanted->contains(partition.index);
    });
    auto found = co_await client::offsets_of(&session->cluster, *topic, time_ms);
    if (!found) co_return fail(found.error());
    client::PartitionOffsets ends;
    if (std::ranges::any_of(*found, [](const auto& one) { return one.second.value < 0; })) {
      auto latest = co_await client::offsets_of(&session->cluster, *topic, client::kLatest);
      if (!latest) co_return fail(latest.error());
      ends = std::move(*latest);
    }
    for (const auto& [index, offset] : *found) offsets[{name, index}] = offset.value < 0 ? ends[index] : offset;
  }
  co_return offsets;
}

}  // namespace wharf::cli
