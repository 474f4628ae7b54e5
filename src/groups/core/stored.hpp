#pragma once
// What is kept of groups: the content of the groups' log, decoded. Everything that survives a restart is here.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/bytes.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::groups {

inline bool same_bytes(const SharedBytes& a, const SharedBytes& b) { return as_text(a.view()) == as_text(b.view()); }

/// A committed offset of one group on one partition.
struct CommittedOffset {
  Offset offset;                              // the next one to read
  LeaderEpoch leader_epoch = kNoLeaderEpoch;  // of the last record read
  std::string metadata;
  Timestamp commit_timestamp;
  Timestamp expire_timestamp = kNoTimestamp;  // only if the client asked for a retention of its own (OffsetCommit v2-4)
  TopicId topic_id;                           // zero where it was not known

  friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
};

struct StoredMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  std::int32_t rebalance_timeout_ms = 0;
  std::int32_t session_timeout_ms = 0;
  SharedBytes subscription;  // the member's metadata for the chosen protocol
  SharedBytes assignment;

  friend bool operator==(const StoredMember& a, const StoredMember& b) {
    return a.member_id == b.member_id && a.group_instance_id == b.group_instance_id && a.client_id == b.client_id &&
           a.client_host == b.client_host && a.rebalance_timeout_ms == b.rebalance_timeout_ms &&
           a.session_timeout_ms == b.session_timeout_ms && same_bytes(a.subscription, b.subscription) &&
           same_bytes(a.assignment, b.assignment);
  }
};

/// A group's generation as it was when it became stable or empty.
struct StoredGroup {
  std::string protocol_type;  // empty: a group that only holds offsets
  std::int32_t generation = 0;
  std::optional<std::string> protocol_name;
  std::optional<std::string> leader;
  Timestamp state_timestamp = kNoTimestamp;
  std::vector<StoredMember> members;  // by id

  friend bool operator==(const StoredGroup&, const StoredGroup&) = default;
};

struct OffsetStored {
  std::string group_id;
  std::string topic;
  std::int32_t partition = 0;
  CommittedOffset offset;
};
struct OffsetRemoved {
  std::string group_id;
  std::string topic;
  std::int32_t partition = 0;
};
struct GroupStored {
  std::string group_id;
  StoredGroup group;
};
struct GroupRemoved {
  std::string group_id;
};
/// A record of a kind or version that came after this build: passed over, never an error.
struct UnknownRecord {};

using StoredChange = std::variant<OffsetStored, OffsetRemoved, GroupStored, GroupRemoved, UnknownRecord>;

}  // namespace wharf::groups
