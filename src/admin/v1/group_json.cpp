#include "admin/v1/group_json.hpp"

#include <algorithm>

#include "groups/core/subscription.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kColdReads = 64;  // of first unread batches, for one answer

using Places = std::map<std::pair<std::string, std::int32_t>, OffsetState>;

OffsetState& place_of(Places& places, const std::string& topic, std::int32_t partition) {
  OffsetState& state = places[{topic, partition}];
  state.topic = topic;
  state.partition = partition;
  return state;
}

/// Of a topic that was deleted and made again, what was committed on the first one counts no more.
void take_committed(Places& places, const std::vector<groups::FetchedTopic>& fetched,
                    const cluster::TopicTable& topics) {
  for (const groups::FetchedTopic& one : fetched) {
    auto topic = topics.find(one.topic);
    if (topic && !groups::is_for_topic(one, topic->id)) continue;
    for (const groups::FetchedOffset& offset : one.partitions) {
      if (offset.offset.value < 0) continue;
      OffsetState& state = place_of(places, one.topic, offset.partition);
      state.offset = offset.offset.value;
      state.metadata = offset.metadata;
    }
  }
}

void take_assigned(Places& places, const groups::DescribedGroup& group, const cluster::TopicTable& topics) {
  if (group.protocol_type != groups::kConsumerProtocolType) return;
  for (const groups::DescribedMember& member : group.members) {
    auto assigned = groups::assigned_partitions(member.assignment.view());
    if (!assigned) continue;
    for (const auto& [name, partitions] : *assigned) {
      auto topic = topics.find(name);
      for (std::int32_t partition : partitions) {
        // What a client says that it was assigned may name anything.
        if (topic && partition >= 0 && partition < topic->partitions)
          place_of(places, name, partition).member = member.member_id;
      }
    }
  }
}

void take_marks(Places& places, const std::unordered_map<PartitionId, Marks>& marks,
                const cluster::TopicTable& topics) {
  for (auto& [name, state] : places) {
    auto topic = topics.find(state.topic);
    if (!topic || state.partition < 0 || state.partition >= topic->partitions) continue;
    auto found = marks.find(topic->partition(state.partition));
    if (found == marks.end()) continue;
    state.start = found->second.start;
    state.high_watermark = found->second.high_watermark;
  }
}

runtime::Task<void> add_ages(Call* call, cluster::TopicTable::Pointer topics, std::vector<OffsetState>* offsets) {
  std::vector<broker::PartitionOffset> unread;
  std::vector<OffsetState*> whose;
  for (OffsetState& state : *offsets) {
    std::optional<std::int64_t> lag = state.lag();
    if (!lag) continue;
    state.lag_seconds = 0;
    if (*lag == 0) continue;
    state.lag_seconds.reset();
    unread.push_back(
        {topics->find(state.topic)->partition(state.partition), Offset(std::max(*state.offset, *state.start))});
    whose.push_back(&state);
  }
  std::vector<std::optional<Timestamp>> times = co_await call->ports.operate.times_of(call->here, unread, kColdReads);
  std::int64_t now = call->here.clock().wall_now().ms;
  for (std::size_t i = 0; i < whose.size(); ++i) {
    if (times[i]) whose[i]->lag_seconds = static_cast<double>(std::max<std::int64_t>(0, now - times[i]->ms)) / 1000;
  }
}

}  // namespace

std::unordered_map<PartitionId, Marks> marks_of(const std::vector<broker::ShardReport>& shards) {
  std::unordered_map<PartitionId, Marks> marks;
  for (const broker::ShardReport& shard : shards) {
    for (const broker::PartitionReport& one : shard.partitions) {
      marks.emplace(one.partition, Marks{one.log_start.value, one.high_watermark.value});
    }
  }
  return marks;
}

runtime::Task<std::optional<GroupState>> state_of_group(Call* call, std::string name) {
  std::optional<groups::DescribedGroup> group = co_await call->ports.groups.describe(call->here, name);
  if (!group) co_return std::nullopt;
  std::vector<groups::FetchedTopic> fetched = co_await call->ports.groups.fetch_all_offsets(call->here, name);
  std::vector<broker::ShardReport> shards = co_await call->ports.operate.report(call->here);
  cluster::TopicTable::Pointer topics = call->ports.catalogue.topics(call->here);
  auto work = [group = std::move(*group), fetched = std::move(fetched), shards = std::move(shards), topics]() mutable {
    Places places;
    take_committed(places, fetched, *topics);
    take_assigned(places, group, *topics);
    take_marks(places, marks_of(shards), *topics);
    GroupState state{.group = std::move(group), .offsets = {}};
    for (auto& [where, place] : places) state.offsets.push_back(std::move(place));
    return state;
  };
  GroupState state = co_await runtime::run_on(call->ports.beside, call->here, std::move(work));
  co_await add_ages(call, topics, &state.offsets);
  co_return state;
}

}  // namespace wharf::v1
