#pragma once
// What the commands ask a cluster about consumer groups.
#include <map>
#include <string>
#include <vector>

#include "cli/client_session.hpp"
#include "client/offsets.hpp"
#include "protocols/kafka/api/describe_groups.hpp"
#include "protocols/kafka/api/leave_group.hpp"
#include "protocols/kafka/api/list_groups.hpp"

namespace wharf::cli {

using GroupListing = kafka::ListGroupsResponse::Group;
using GroupDescription = kafka::DescribeGroupsResponse::Group;
using GroupLeaver = kafka::LeaveGroupRequest::Member;
using PartitionName = std::pair<std::string, PartitionIndex>;  // topic and partition
using GroupOffsets = std::map<PartitionName, Offset>;

/// Of every broker, by name.
runtime::Task<Result<std::vector<GroupListing>>> list_groups(ClientSession* session);
/// A group that is not there is an error.
runtime::Task<Result<GroupDescription>> describe_group(ClientSession* session, std::string group);
/// All offsets that the group has committed.
runtime::Task<Result<GroupOffsets>> committed_offsets(ClientSession* session, std::string group);
/// Commits in the group's name; the broker refuses it while the group has members.
runtime::Task<Result<void>> commit_offsets(ClientSession* session, std::string group, GroupOffsets offsets);
runtime::Task<Result<void>> delete_group(ClientSession* session, std::string group);
/// Each by its member id, or by its group.instance.id (KIP-345). The first that the broker does not know is an error.
runtime::Task<Result<void>> remove_members(ClientSession* session, std::string group, std::vector<GroupLeaver> leavers);
runtime::Task<Result<void>> delete_offsets(ClientSession* session, std::string group,
                                           std::vector<PartitionName> partitions);

/// Which partitions "topic" (all of them) and "topic:0,3-5" name. Errors: kInvalidArgument, kNotFound.
runtime::Task<Result<std::vector<PartitionName>>> named_partitions(ClientSession* session,
                                                                   std::vector<std::string> names);
/// The offset at `time_ms` of each; for a time behind the last record, the end. Offsets outlive their topic where it was
/// deleted: kNotFound, or it is left out.
enum class MissingTopics { kError, kLeaveOut };
runtime::Task<Result<GroupOffsets>> offsets_at(ClientSession* session, std::vector<PartitionName> partitions,
                                               std::int64_t time_ms, MissingTopics missing = MissingTopics::kError);

}  // namespace wharf::cli
