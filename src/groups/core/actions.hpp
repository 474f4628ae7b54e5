#pragma once
// What comes out of the group coordinator: answers, writes, and things worth a log line. The shell carries them out in order.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "groups/core/events.hpp"
#include "groups/core/rebalance_history.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::groups {

/// None is success. kUnavailable means "the coordinator is not available, ask again"; kNotFound "no such group".
using MaybeError = std::optional<ErrorCode>;

struct JoinedMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  SharedBytes metadata;  // of the chosen protocol
};

struct JoinResponse {
  MaybeError error;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  bool skip_assignment = false;  // v9+: you lead, but the assignment stands (KIP-814)
  std::string member_id;
  std::vector<JoinedMember> members;  // to the leader only
};

struct SyncResponse {
  MaybeError error;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  SharedBytes assignment;  // the leader's bytes, unchanged; empty for a member it left out
};

struct HeartbeatResponse {
  MaybeError error;
};

struct LeftMember {
  std::string member_id;  // as asked
  std::optional<std::string> group_instance_id;
  MaybeError error;
};

struct LeaveResponse {
  MaybeError error;
  std::vector<LeftMember> members;  // as many as asked, in that order
};

struct PartitionResult {
  std::int32_t partition = 0;
  MaybeError error;
};

struct TopicResult {
  std::string topic;
  TopicId topic_id;
  std::vector<PartitionResult> partitions;
};

struct CommitOffsetsResponse {
  std::vector<TopicResult> topics;  // as asked, in that order
};

struct DeleteOffsetsResponse {
  MaybeError error;
  std::vector<TopicResult> topics;
};

struct DeleteGroupResponse {
  MaybeError error;
};

using Response = std::variant<JoinResponse, SyncResponse, HeartbeatResponse, LeaveResponse, CommitOffsetsResponse,
                              DeleteOffsetsResponse, DeleteGroupResponse>;

struct Reply {
  RequestToken token;
  Response response;
};

/// One record of the groups' log, in Kafka's __consumer_offsets format (groups/core/records.hpp). No value: a tombstone.
struct LogRecord {
  std::string key;
  std::optional<std::string> value;
};

/// Write these records, all or none, after those of earlier appends; then step with AppendCommitted or AppendFailed. Answers
/// that promise durability come with that step, so the shell holds nothing back.
struct Append {
  AppendId id;
  std::string group_id;
  std::vector<LogRecord> records;
};

/// A line of a group's history, at the moment it happened.
struct Noted {
  std::string group_id;
  RebalanceEntry entry;
};

struct Actions {
  std::vector<Reply> replies;
  std::vector<Append> appends;
  std::vector<Noted> noted;
};

}  // namespace wharf::groups
