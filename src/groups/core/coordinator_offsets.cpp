// Committed offsets: commit, delete, expire, and what goes with a group or a topic that is deleted.
#include <algorithm>

#include "groups/core/coordinator.hpp"
#include "groups/core/fields.hpp"
#include "groups/core/subscription.hpp"

namespace wharf::groups {
namespace {

constexpr std::int64_t kLongestRetentionMs = 100LL * 365 * 24 * 3600 * 1000;  // keeps sums of times in range

CommitOffsetsResponse refuse_all(const CommitOffsets& request, ErrorCode error) {
  CommitOffsetsResponse response;
  for (const TopicCommit& topic : request.topics) {
    TopicResult& result = response.topics.emplace_back(TopicResult{topic.topic, topic.topic_id, {}});
    for (const PartitionCommit& partition : topic.partitions) result.partitions.push_back({partition.partition, error});
  }
  return response;
}

Timestamp expiry(const std::optional<std::int64_t>& retention_ms, Timestamp now) {
  if (!retention_ms || *retention_ms == -1) return kNoTimestamp;
  return Timestamp{now.ms + std::clamp<std::int64_t>(*retention_ms, 0, kLongestRetentionMs)};
}

}  // namespace

void GroupCoordinator::on(CommitOffsets request, Now now, Actions& actions) {
  Entry* entry = find(request.group_id);
  MaybeError error;
  if (request.group_id.size() > kMaxStringBytes) {  // the empty one is a group, for consumers of before 2.2
    error = ErrorCode::kInvalidGroup;
  } else if (entry) {
    error = entry->group.accept_commit(request, now);
  } else if (request.generation >= 0) {
    error = request.missing_group_is_not_found ? ErrorCode::kNotFound : ErrorCode::kIllegalGeneration;
  }
  if (error) return actions.replies.push_back({request.token, refuse_all(request, *error)});

  OffsetCommit commit{request.token, {}};
  std::vector<StoredChange> changes;
  Timestamp expires = expiry(request.retention_ms, now.wall);
  std::size_t longest_metadata = std::min(settings_.offset_metadata_max_bytes, kMaxStringBytes);
  for (TopicCommit& topic : request.topics) {
    TopicResult result{topic.topic, topic.topic_id, {}};
    for (PartitionCommit& partition : topic.partitions) {
      MaybeError refused;
      if (topic.topic.size() > kMaxStringBytes) refused = ErrorCode::kInvalidName;
      if (partition.metadata.size() > longest_metadata) refused = ErrorCode::kOffsetMetadataTooLarge;
      result.partitions.push_back({partition.partition, refused});
      if (refused) continue;
      changes.emplace_back(OffsetStored{request.group_id, topic.topic, partition.partition,
                                        {partition.offset, partition.leader_epoch, std::move(partition.metadata), now.wall,
                                         expires, topic.topic_id}});
    }
    commit.response.topics.push_back(std::move(result));
  }
  if (!changes.empty()) {
    append(entry ? *entry : find_or_create(request.group_id), std::move(changes), std::move(commit), actions);
  } else {
    actions.replies.push_back({commit.token, std::move(commit.response)});
  }
  settle(request.group_id);
}

std::set<std::pair<std::string, std::int32_t>> GroupCoordinator::known_offsets(const Entry& entry) const {
  std::set<std::pair<std::string, std::int32_t>> known;
  for (const auto& [topic, partitions] : entry.offsets.topics()) {
    for (const auto& [partition, offset] : partitions) known.emplace(topic, partition);
  }
  if (entry.appends_in_flight == 0) return known;
  for (const PendingAppend& append : pending_) {
    if (append.group_id != entry.group.id()) continue;
    for (const StoredChange& change : append.changes) {
      if (const auto* stored = std::get_if<OffsetStored>(&change)) known.emplace(stored->topic, stored->partition);
    }
  }
  return known;
}

void GroupCoordinator::on(const DeleteOffsets& request, Now, Actions& actions) {
  Entry* entry = find(request.group_id);
  auto refuse = [&](ErrorCode error) { actions.replies.push_back({request.token, DeleteOffsetsResponse{error, {}}}); };
  if (request.group_id.empty()) return refuse(ErrorCode::kInvalidGroup);
  if (!entry || entry->group.state() == GroupState::kDead) return refuse(ErrorCode::kNotFound);
  const Group& group = entry->group;
  if (group.state() != GroupState::kEmpty && group.protocol_type() != kConsumerProtocolType) {
    return refuse(ErrorCode::kGroupNotEmpty);  // what such members read is not ours to know
  }
  OffsetDelete deletion{request.token, {}};
  std::vector<StoredChange> changes;
  auto known = known_offsets(*entry);
  for (const TopicPartitions& topic : request.topics) {
    bool is_subscribed = group.state() != GroupState::kEmpty && group.is_subscribed(topic.topic);
    TopicResult result{topic.topic, {}, {}};
    for (std::int32_t partition : topic.partitions) {
      result.partitions.push_back({partition, is_subscribed ? MaybeError(ErrorCode::kGroupSubscribed) : std::nullopt});
      if (!is_subscribed && known.erase({topic.topic, partition}) > 0) {
        changes.emplace_back(OffsetRemoved{request.group_id, topic.topic, partition});
      }
    }
    deletion.response.topics.push_back(std::move(result));
  }
  if (changes.empty()) return actions.replies.push_back({request.token, std::move(deletion.response)});
  append(*entry, std::move(changes), std::move(deletion), actions);
}

void GroupCoordinator::on(const DeleteGroup& request, Now, Actions& actions) {
  Entry* entry = find(request.group_id);
  auto refuse = [&](ErrorCode error) { actions.replies.push_back({request.token, DeleteGroupResponse{error}}); };
  if (!entry || entry->group.state() == GroupState::kDead) return refuse(ErrorCode::kNotFound);
  if (entry->group.state() != GroupState::kEmpty) return refuse(ErrorCode::kGroupNotEmpty);
  remove_group(*entry, request.token, actions);
}

/// Tombstones for the group and all its offsets, those still on their way to the log included. Until they are written the group is
/// dead: nothing may slip in behind them and come back with the next start.
void GroupCoordinator::remove_group(Entry& entry, std::optional<RequestToken> token, Actions& actions) {
  const std::string& id = entry.group.id();
  std::vector<StoredChange> changes;
  for (const auto& [topic, partition] : known_offsets(entry)) changes.emplace_back(OffsetRemoved{id, topic, partition});
  changes.emplace_back(GroupRemoved{id});
  entry.group.begin_removal();
  append(entry, std::move(changes), GroupRemoval{token}, actions);
}

bool GroupCoordinator::may_expire(const Entry& entry, const std::string& topic, const CommittedOffset& offset,
                                  Now now) const {
  const Group& group = entry.group;
  bool is_empty = group.state() == GroupState::kEmpty && group.members().pending().empty();
  if (offset.expire_timestamp != kNoTimestamp) {
    // A client's own retention ends whether or not the group lives, but never under members that read this topic.
    bool is_free = is_empty || (group.state() == GroupState::kStable && group.subscription_is_known() &&
                                !group.is_subscribed(topic));
    return is_free && now.wall >= offset.expire_timestamp;
  }
  if (!is_empty) return false;
  bool since_empty = !group.protocol_type().empty() && group.state_timestamp() != kNoTimestamp;
  Timestamp since = since_empty ? std::max(group.state_timestamp(), offset.commit_timestamp) : offset.commit_timestamp;
  return since.ms <= now.wall.ms - settings_.offsets_retention_ms;
}

ExpiryRound GroupCoordinator::expiry_round(std::string_view from_group, std::size_t limit, Now now) const {
  ExpiryRound round;
  for (auto at = groups_.lower_bound(from_group); at != groups_.end(); ++at) {
    if (limit-- == 0) {
      round.next_group = at->first;
      break;
    }
    const Entry& entry = at->second;
    if (entry.appends_in_flight > 0) continue;  // next time
    ExpireOffsets expired{at->first, {}};
    for (const auto& [topic, partitions] : entry.offsets.topics()) {
      for (const auto& [partition, offset] : partitions) {
        if (may_expire(entry, topic, offset, now)) {
          expired.offsets.push_back({topic, offset.topic_id, partition, offset.offset});
        }
      }
    }
    bool is_over = entry.group.state() == GroupState::kEmpty && entry.offsets.empty() && entry.group.members().pending().empty();
    if (is_over || !expired.offsets.empty()) round.groups.push_back(std::move(expired));
  }
  return round;
}

void GroupCoordinator::on(const ExpireOffsets& event, Now now, Actions& actions) {
  Entry* entry = find(event.group_id);
  // While the shell was asking the topics, things may have happened here: the question is answered anew, by the next round.
  if (!entry || entry->appends_in_flight > 0 || entry->group.state() == GroupState::kDead) return;
  std::vector<StoredChange> changes;
  for (const ExpiredOffset& expired : event.offsets) {
    const CommittedOffset* offset = entry->offsets.find(expired.topic, expired.partition);
    bool is_same = offset && offset->offset == expired.offset && offset->topic_id == expired.topic_id;
    if (!is_same || !may_expire(*entry, expired.topic, *offset, now)) continue;
    changes.emplace_back(OffsetRemoved{event.group_id, expired.topic, expired.partition});
  }
  bool is_over = entry->group.state() == GroupState::kEmpty && entry->group.members().pending().empty();
  if (is_over && changes.size() == entry->offsets.size()) return remove_group(*entry, std::nullopt, actions);
  if (!changes.empty()) append(*entry, std::move(changes), Cleanup{}, actions);
}

void GroupCoordinator::on(const TopicDeleted& event, Now, Actions& actions) {
  std::map<std::string_view, std::set<std::int32_t>> doomed;  // by group
  for (const auto& [id, entry] : groups_) {
    auto found = entry.offsets.topics().find(event.topic);
    if (found == entry.offsets.topics().end()) continue;
    for (const auto& [partition, offset] : found->second) {
      if (is_for_topic(offset, event.topic_id)) doomed[id].insert(partition);
    }
  }
  // What is on its way counts, the newest of it: it may be of the next topic of that name.
  for (const PendingAppend& append : pending_) {
    for (const StoredChange& change : append.changes) {
      const auto* stored = std::get_if<OffsetStored>(&change);
      const auto* removed = std::get_if<OffsetRemoved>(&change);
      if (removed && removed->topic == event.topic) doomed[append.group_id].erase(removed->partition);
      if (!stored || stored->topic != event.topic) continue;
      if (is_for_topic(stored->offset, event.topic_id))
        doomed[append.group_id].insert(stored->partition);
      else
        doomed[append.group_id].erase(stored->partition);
    }
  }
  for (const auto& [id, partitions] : doomed) {
    if (partitions.empty()) continue;
    Entry& entry = *find(id);
    std::vector<StoredChange> changes;
    for (std::int32_t partition : partitions) changes.emplace_back(OffsetRemoved{entry.group.id(), event.topic, partition});
    append(entry, std::move(changes), Cleanup{}, actions);
  }
}

}  // namespace wharf::groups
