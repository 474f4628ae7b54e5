#include "admin/numbers/group_numbers.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>

#include "groups/core/subscription.hpp"

namespace wharf::admin {
namespace {

/// A tenth of a millisecond's worth, then others run.
constexpr std::size_t kPartitionsPerSlice = 256;
constexpr std::size_t kGroupsPerSlice = 4;

/// Long loops of one scrape: every so often they let others run.
class Slices {
 public:
  explicit Slices(runtime::Shard& shard) : shard_(shard) {}
  bool is_over() { return ++count_ % kPartitionsPerSlice == 0; }
  runtime::Task<void> pause() { return runtime::next_turn(shard_); }

 private:
  runtime::Shard& shard_;
  std::size_t count_ = 0;
};

struct Marks {
  Offset start;
  Offset high_watermark;
};

static_assert(std::is_nothrow_move_constructible_v<GroupNumbers>);  // a growing vector moves the maps of lags

/// A record that a group has not read, and where its age belongs.
struct Unread {
  TopicLag* lag = nullptr;  // in a map, whose nodes stay where they are
  broker::PartitionOffset record;
};

/// A member that may be silent, by one of its partitions.
struct Suspect {
  std::size_t group = 0;
  std::string member_id;
  broker::PartitionReader reader;
};

struct Work {
  NodeNumbers* into = nullptr;
  std::unordered_map<PartitionId, Marks> marks;
  std::vector<Unread> unread;
  std::vector<Suspect> suspects;
};

using Committed = std::unordered_map<PartitionId, Offset>;

runtime::Task<void> index_marks(runtime::Shard& here, Work* work) {
  Slices slices(here);
  for (const broker::ShardReport& shard : work->into->shards) {
    for (const broker::PartitionReport& partition : shard.partitions) {
      work->marks.emplace(partition.partition, Marks{partition.log_start, partition.high_watermark});
      if (slices.is_over()) co_await slices.pause();
    }
  }
}

const Marks* marks_of(const Work& work, const cluster::Topic& topic, std::int32_t partition) {
  if (partition < 0 || partition >= topic.partitions) return nullptr;
  auto found = work.marks.find(topic.partition(partition));
  return found == work.marks.end() ? nullptr : &found->second;
}

runtime::Task<void> take_lag(runtime::Shard& here, Work* work, std::size_t group, std::vector<groups::FetchedTopic> topics,
                             Committed* committed) {
  Slices slices(here);
  for (const groups::FetchedTopic& fetched : topics) {
    std::shared_ptr<const cluster::Topic> topic = work->into->topics->find(fetched.topic);
    if (!topic || !groups::is_for_topic(fetched, topic->id)) continue;
    TopicLag* lag = nullptr;
    for (const groups::FetchedOffset& one : fetched.partitions) {
      if (slices.is_over()) co_await slices.pause();
      const Marks* marks = marks_of(*work, *topic, one.partition);
      if (marks == nullptr || one.offset.value < 0) continue;
      committed->emplace(topic->partition(one.partition), one.offset);
      if (lag == nullptr) lag = &work->into->groups[group].lag[topic->name];
      Offset next = std::max(one.offset, marks->start);
      if (next >= marks->high_watermark) continue;
      lag->records += static_cast<std::uint64_t>(marks->high_watermark.value - next.value);
      work->unread.push_back({lag, {topic->partition(one.partition), next}});
    }
  }
}

bool records_wait(const Marks& marks, const Committed& committed, PartitionId partition) {
  auto found = committed.find(partition);
  Offset next = found == committed.end() ? marks.start : std::max(found->second, marks.start);
  return next < marks.high_watermark;
}

/// A partition of a topic that is there, and which of the described members has it. A member's stand together.
struct Owned {
  std::size_t member = 0;
  PartitionId partition;
};

runtime::Task<std::vector<Owned>> owned_partitions(runtime::Shard& here, const Work* work, const groups::DescribedGroup* described) {
  Slices slices(here);
  std::vector<Owned> owned;
  for (std::size_t member = 0; member < described->members.size(); ++member) {
    auto assigned = groups::assigned_partitions(described->members[member].assignment.view());
    if (!assigned) continue;
    for (const auto& [name, partitions] : *assigned) {
      std::shared_ptr<const cluster::Topic> topic = work->into->topics->find(name);
      if (!topic) continue;
      for (std::int32_t partition : partitions) {
        if (slices.is_over()) co_await slices.pause();
        owned.push_back({member, topic->partition(partition)});
      }
    }
  }
  co_return owned;
}

runtime::Task<void> suspect_members(runtime::Shard& here, Work* work, std::size_t group, const groups::DescribedGroup* described,
                                    const std::vector<Owned>* owned, const Committed* committed) {
  Slices slices(here);
  std::vector<broker::ReaderId> readers;
  for (const groups::DescribedMember& member : described->members) {
    std::string_view host = member.client_host;
    if (host.starts_with('/')) host.remove_prefix(1);
    readers.push_back(broker::reader_id(member.client_id, host));
  }
  for (const Owned& one : *owned) {
    if (slices.is_over()) co_await slices.pause();
    auto marks = work->marks.find(one.partition);
    if (marks == work->marks.end() || !records_wait(marks->second, *committed, one.partition)) continue;
    work->suspects.push_back({group, described->members[one.member].member_id, {readers[one.member], one.partition}});
  }
}

/// A partition that a member asks for and nobody has is read by nobody: an assignor of another opinion, or a topic that has grown since.
runtime::Task<void> count_unowned(runtime::Shard& here, Work* work, std::size_t group, const groups::DescribedGroup* described,
                                  const std::vector<Owned>* owned) {
  Slices slices(here);
  std::set<PartitionId> read;
  for (const Owned& one : *owned) {
    if (slices.is_over()) co_await slices.pause();
    read.insert(one.partition);
  }
  std::set<std::string> asked_for;
  for (const groups::DescribedMember& member : described->members) {
    if (auto topics = groups::subscribed_topics(member.metadata.view())) asked_for.merge(*topics);
  }
  for (const std::string& name : asked_for) {
    std::shared_ptr<const cluster::Topic> topic = work->into->topics->find(name);
    for (std::int32_t i = 0; topic && i < topic->partitions; ++i) {
      if (slices.is_over()) co_await slices.pause();
      if (!read.contains(topic->partition(i))) ++work->into->groups[group].unowned_partitions;
    }
  }
}

/// A group that rebalanced a moment ago has members that have not had the time to fetch.
runtime::Task<bool> is_settled(runtime::Shard& here, GroupQuestion ask, std::string group_id) {
  std::vector<groups::RebalanceEntry> history = co_await ask.groups->history(here, std::move(group_id));
  Timestamp now = here.clock().wall_now();
  co_return history.empty() || history.back().at.ms + ask.silent_after.count() <= now.ms;
}

runtime::Task<void> look_at_group(runtime::Shard& here, GroupQuestion ask, Work* work, groups::ListedGroup listed) {
  std::size_t number = work->into->groups.size();
  work->into->groups.push_back({.id = listed.group_id, .protocol_type = listed.protocol_type, .state = listed.state});
  ++work->into->groups_by_state[to_string(listed.state)];
  std::vector<groups::FetchedTopic> offsets = co_await ask.groups->fetch_all_offsets(here, listed.group_id);
  Committed committed;
  co_await take_lag(here, work, number, std::move(offsets), &committed);
  if (listed.state == groups::GroupState::kEmpty || listed.state == groups::GroupState::kDead) co_return;
  std::optional<groups::DescribedGroup> described = co_await ask.groups->describe(here, listed.group_id);
  if (!described) co_return;
  work->into->groups[number].members = described->members.size();
  work->into->groups[number].generation = described->generation;
  bool stable = described->state == groups::GroupState::kStable && described->protocol_type == groups::kConsumerProtocolType;
  if (!stable) co_return;
  std::vector<Owned> owned = co_await owned_partitions(here, work, &*described);
  co_await count_unowned(here, work, number, &*described, &owned);
  if (here.now() - ask.ready_since < ask.silent_after) co_return;
  bool settled = co_await is_settled(here, ask, listed.group_id);
  if (settled) co_await suspect_members(here, work, number, &*described, &owned, &committed);
}

runtime::Task<void> find_silent(runtime::Shard& here, GroupQuestion ask, Work* work) {
  std::vector<broker::PartitionReader> readers;
  for (const Suspect& suspect : work->suspects) readers.push_back(suspect.reader);
  std::vector<bool> asked = co_await ask.operate->asked_since(here, std::move(readers), here.now() - ask.silent_after);
  const Suspect* counted = nullptr;  // a member's suspects stand together
  for (std::size_t i = 0; i < work->suspects.size(); ++i) {
    const Suspect& suspect = work->suspects[i];
    if (asked[i]) continue;
    if (counted != nullptr && counted->group == suspect.group && counted->member_id == suspect.member_id) continue;
    ++work->into->groups[suspect.group].silent_members;
    counted = &suspect;
  }
}

/// What is known stays known; the rest is asked for.
runtime::Task<void> find_ages(runtime::Shard& here, GroupQuestion ask, Work* work, RecordTimes* times) {
  Slices slices(here);
  RecordTimes fresh;
  std::vector<broker::PartitionOffset> unknown;
  for (const Unread& unread : work->unread) {
    if (slices.is_over()) co_await slices.pause();
    auto [entry, is_new] = fresh.try_emplace({unread.record.partition, unread.record.offset}, kNoTimestamp);
    if (!is_new) continue;
    auto known = times->find(entry->first);
    if (known != times->end()) entry->second = known->second;
    if (known == times->end()) unknown.push_back(unread.record);
  }
  std::vector<std::optional<Timestamp>> found = co_await ask.operate->times_of(here, unknown, kColdReadsPerScrape);
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (slices.is_over()) co_await slices.pause();
    auto entry = fresh.find({unknown[i].partition, unknown[i].offset});
    if (found[i]) entry->second = *found[i];
    if (!found[i]) fresh.erase(entry);
  }
  std::int64_t now = here.clock().wall_now().ms;
  for (const Unread& unread : work->unread) {
    if (slices.is_over()) co_await slices.pause();
    auto time = fresh.find({unread.record.partition, unread.record.offset});
    if (time == fresh.end()) continue;
    double age = static_cast<double>(std::max<std::int64_t>(0, now - time->second.ms)) / 1000;
    unread.lag->seconds = std::max(unread.lag->seconds.value_or(0), age);
  }
  *times = std::move(fresh);
}

}  // namespace

runtime::Task<void> gather_groups(runtime::Shard& here, GroupQuestion ask, NodeNumbers* into, RecordTimes* times) {
  Work work{.into = into, .marks = {}, .unread = {}, .suspects = {}};
  co_await index_marks(here, &work);
  std::vector<groups::ListedGroup> listed = co_await ask.groups->list(here, {});
  for (std::size_t i = 0; i < listed.size(); ++i) {
    co_await look_at_group(here, ask, &work, std::move(listed[i]));
    if (i % kGroupsPerSlice == kGroupsPerSlice - 1) co_await runtime::next_turn(here);
  }
  co_await find_silent(here, ask, &work);
  co_await find_ages(here, ask, &work, times);
  for (GroupNumbers& group : into->groups) {
    for (auto& [topic, lag] : group.lag) {
      if (lag.records == 0) lag.seconds = 0;
    }
  }
}

}  // namespace wharf::admin
