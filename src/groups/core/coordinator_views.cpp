// Questions that change nothing: describe, list, fetch offsets, history.
#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "groups/core/coordinator.hpp"

namespace wharf::groups {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool passes(const std::vector<std::string>& filter, std::string_view name) {
  return filter.empty() || std::ranges::any_of(filter, [&](const std::string& one) { return same_name(one, name); });
}

FetchedOffset fetched(std::int32_t partition, const CommittedOffset* offset) {
  if (!offset) return {.partition = partition};
  return {partition, offset->offset, offset->leader_epoch, offset->metadata};
}

}  // namespace

bool GroupCoordinator::is_writing(std::string_view group_id) const {
  const Entry* entry = find(group_id);
  return entry != nullptr && entry->appends_in_flight > 0;
}

std::optional<DescribedGroup> GroupCoordinator::describe(std::string_view group_id) const {
  const Entry* entry = find(group_id);
  if (!entry) return std::nullopt;
  const Group& group = entry->group;
  bool is_stable = group.state() == GroupState::kStable;
  DescribedGroup described;
  described.state = group.state();
  described.generation = group.generation();
  described.protocol_type = group.protocol_type();
  if (is_stable) described.protocol = group.protocol_name().value_or(std::string());
  described.leader = group.members().leader();
  described.pending_members = group.members().pending().size();
  for (const auto& [id, member] : group.members().all()) {
    described.members.push_back({id, member.group_instance_id, member.client_id, member.client_host,
                                 is_stable ? member.metadata(described.protocol) : SharedBytes(), member.assignment});
  }
  return described;
}

std::vector<ListedGroup> GroupCoordinator::list(const ListFilter& filter) const {
  std::vector<ListedGroup> listed;
  if (!passes(filter.types, kClassicGroupType)) return listed;
  for (const auto& [id, entry] : groups_) {
    if (passes(filter.states, to_string(entry.group.state()))) {
      listed.push_back({id, entry.group.protocol_type(), entry.group.state()});
    }
  }
  return listed;
}

std::vector<FetchedTopic> GroupCoordinator::fetch_offsets(std::string_view group_id,
                                                          std::span<const OffsetsToFetch> topics) const {
  const Entry* entry = find(group_id);
  std::vector<FetchedTopic> answer;
  for (const OffsetsToFetch& topic : topics) {
    FetchedTopic& one = answer.emplace_back(FetchedTopic{topic.topic, topic.topic_id, {}});
    for (std::int32_t partition : topic.partitions) {
      const CommittedOffset* offset = entry ? entry->offsets.find(topic.topic, partition, topic.topic_id) : nullptr;
      one.partitions.push_back(fetched(partition, offset));
    }
  }
  return answer;
}

std::vector<FetchedTopic> GroupCoordinator::fetch_all_offsets(std::string_view group_id) const {
  const Entry* entry = find(group_id);
  std::vector<FetchedTopic> answer;
  if (!entry) return answer;
  for (const auto& [topic, partitions] : entry->offsets.topics()) {
    std::map<TopicId, FetchedTopic> by_id;
    for (const auto& [partition, offset] : partitions) {
      auto one = by_id.try_emplace(offset.topic_id, FetchedTopic{topic, offset.topic_id, {}}).first;
      one->second.partitions.push_back(fetched(partition, &offset));
    }
    for (auto& [id, one] : by_id) answer.push_back(std::move(one));
  }
  return answer;
}

std::vector<RebalanceEntry> GroupCoordinator::history(std::string_view group_id) const {
  const Entry* entry = find(group_id);
  if (!entry) return {};
  return {entry->group.history().entries().begin(), entry->group.history().entries().end()};
}

}  // namespace wharf::groups
