#pragma once
// What goes into the group coordinator: requests of clients, and what the shell has to tell. Plain values of this room;
// protocols translate their wire messages into them. Strings longer than 32,767 bytes are refused (they could not be
// stored).
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::groups {

/// Names one request to whoever sent it; the coordinator only hands it back, exactly once. Never reuse one that is
/// open.
using RequestToken = StrongNumber<struct RequestTokenTag, std::uint64_t>;
/// Names one write of records to the groups' log. Rises by one.
using AppendId = StrongNumber<struct AppendIdTag, std::uint64_t>;

/// Both clocks at one moment: deadlines run on the first, the second is what is stored and shown.
struct Now {
  MonotonicTime monotonic;
  Timestamp wall;
};

/// One way of assigning that a member offers ("range", "cooperative-sticky"), with its own view of what it wants. Kept
/// as long as the member: hand over bytes of their own, not a slice of a network buffer.
struct Protocol {
  std::string name;
  SharedBytes metadata;
};

struct JoinGroup {
  RequestToken token;
  std::string group_id;
  std::string member_id;                         // empty: a newcomer
  std::optional<std::string> group_instance_id;  // KIP-345: a static member
  std::string client_id;
  std::string client_host;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = 0;  // JoinGroup v0 has none: pass the session timeout
  std::string protocol_type;
  std::vector<Protocol> protocols;       // in order of preference
  std::string reason;                    // KIP-800; may be empty
  std::string member_id_suffix;          // random, from the shell: becomes part of a newcomer's id
  bool requires_known_member_id = true;  // JoinGroup v4+ (KIP-394)
  bool supports_skip_assignment = true;  // JoinGroup v9+
};

struct MemberAssignment {
  std::string member_id;
  SharedBytes assignment;
};

struct SyncGroup {
  RequestToken token;
  std::string group_id;
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;  // v5+; where given, it must be the group's
  std::optional<std::string> protocol_name;
  std::vector<MemberAssignment> assignments;  // the leader's
};

struct Heartbeat {
  RequestToken token;
  std::string group_id;
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
};

struct LeavingMember {
  std::string member_id;  // empty with an instance id: an administrator removes that instance
  std::optional<std::string> group_instance_id;
  std::string reason;  // KIP-800; may be empty
};

struct LeaveGroup {
  RequestToken token;
  std::string group_id;
  std::vector<LeavingMember> members;  // v0-2: exactly one
};

struct PartitionCommit {
  std::int32_t partition = 0;
  Offset offset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata;
};

struct TopicCommit {
  std::string topic;
  TopicId topic_id;  // of the topic that has this name today; zero where it is not known
  std::vector<PartitionCommit> partitions;
};

/// That topics and partitions exist has been checked by the caller.
struct CommitOffsets {
  RequestToken token;
  std::string group_id;
  std::int32_t generation = -1;  // -1 with an empty member id: a consumer without membership, or an administrator
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::int64_t> retention_ms;  // v2-4 only: the client's own retention (-1 there means none was given)
  bool missing_group_is_not_found = true;    // v9+; before, a missing group is an illegal generation
  std::vector<TopicCommit> topics;
};

struct TopicPartitions {
  std::string topic;
  std::vector<std::int32_t> partitions;
};

struct DeleteOffsets {
  RequestToken token;
  std::string group_id;
  std::vector<TopicPartitions> topics;
};

struct DeleteGroup {
  RequestToken token;
  std::string group_id;
};

/// A committed offset whose time is over, unless its topic still holds data: also a group that has read all of it would
/// read all of it again.
struct ExpiredOffset {
  std::string topic;
  TopicId topic_id;
  std::int32_t partition = 0;
  Offset offset;
};

/// The shell's answer to an expiry candidate (GroupCoordinator::expiry_round): the topics of these of its offsets
/// hold no data. With none, it asks to drop a group that is empty and holds nothing.
struct ExpireOffsets {
  std::string group_id;
  std::vector<ExpiredOffset> offsets;
};

/// A topic is gone, and with it what groups committed on it. Offsets of a later topic of that name (another id) stay.
struct TopicDeleted {
  std::string topic;
  TopicId topic_id;
};

/// The records of an append are durable. Appends are reported in the order in which they were asked for.
struct AppendCommitted {
  AppendId id;
};

/// The records of an append are not in the log and will not come to be. It may be told before what was asked for
/// earlier is committed: the log did not take it.
struct AppendFailed {
  AppendId id;
  ErrorCode error = ErrorCode::kStorage;
};

using Event = std::variant<JoinGroup, SyncGroup, Heartbeat, LeaveGroup, CommitOffsets, DeleteOffsets, DeleteGroup,
                           ExpireOffsets, TopicDeleted, AppendCommitted, AppendFailed>;

}  // namespace wharf::groups
