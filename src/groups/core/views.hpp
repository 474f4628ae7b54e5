#pragma once
// What one may ask about groups: descriptions, lists, committed offsets, and what is about to expire.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "groups/core/events.hpp"
#include "groups/core/group.hpp"

namespace wharf::groups {

inline constexpr std::string_view kClassicGroupType = "classic";

struct DescribedMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  SharedBytes metadata;  // of the chosen protocol; only of a stable group
  SharedBytes assignment;
};

struct DescribedGroup {
  GroupState state = GroupState::kDead;
  std::int32_t generation = 0;
  std::string protocol_type;
  std::string protocol;  // only of a stable group
  std::optional<std::string> leader;
  std::vector<DescribedMember> members;  // by id
  std::size_t pending_members = 0;       // ids handed out (KIP-394) and not used yet
};

/// Empty lists let everything pass. Compared without regard to case, as Kafka does; unknown names match nothing.
struct ListFilter {
  std::vector<std::string> states;
  std::vector<std::string> types;
};

struct ListedGroup {
  std::string group_id;
  std::string protocol_type;
  GroupState state = GroupState::kEmpty;
};

struct OffsetsToFetch {
  std::string topic;
  TopicId topic_id;  // of the topic that has this name today; zero: whatever is committed under the name
  std::vector<std::int32_t> partitions;
};

struct FetchedOffset {
  std::int32_t partition = 0;
  Offset offset{-1};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata;
};

struct FetchedTopic {
  std::string topic;
  TopicId topic_id;  // that they were committed for; zero where it was not known
  std::vector<FetchedOffset> partitions;
};

/// Are these of the topic that has this id today, and not of an earlier one of its name? Ids that are not known match.
template <class Committed>
bool is_for_topic(const Committed& committed, const TopicId& today) {
  return committed.topic_id.is_zero() || committed.topic_id == today;
}

struct ExpiryRound {
  std::vector<ExpireOffsets> groups;        // with no offsets: the group itself has nothing left
  std::optional<std::string> next_group;    // where to go on; none: all have been looked at
};

}  // namespace wharf::groups
