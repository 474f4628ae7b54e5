// DescribeGroups, ListGroups, DeleteGroups.
#include "protocols/kafka/handlers/authorized_operations.hpp"
#include "protocols/kafka/handlers/group_errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kFirstVersionWithNotFound = 6;

Bytes bytes_of(const SharedBytes& bytes) { return {bytes.view().begin(), bytes.view().end()}; }

DescribeGroupsResponse::Group describe(std::string group_id, std::optional<groups::DescribedGroup> found, std::int16_t version) {
  DescribeGroupsResponse::Group group{.group_id = std::move(group_id)};
  if (!found) {
    group.group_state = "Dead";
    if (version >= kFirstVersionWithNotFound) {
      group.error_code = KafkaError::kGroupIdNotFound;
      group.error_message = fmt::format("Group {} not found.", group.group_id);
    }
    return group;
  }
  group.group_state = groups::to_string(found->state);
  group.protocol_type = std::move(found->protocol_type);
  group.protocol_data = std::move(found->protocol);
  for (groups::DescribedMember& member : found->members) {
    group.members.push_back({std::move(member.member_id), std::move(member.group_instance_id), std::move(member.client_id),
                             std::move(member.client_host), bytes_of(member.metadata), bytes_of(member.assignment)});
  }
  return group;
}

}  // namespace

runtime::Task<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request) {
  const Door& door = *context.door;
  DescribeGroupsResponse response;
  for (std::string& group_id : request.groups) {
    std::optional<groups::DescribedGroup> found = co_await door.groups.describe(door.shard, group_id);
    response.groups.push_back(describe(std::move(group_id), std::move(found), context.header.api_version));
    if (request.include_authorized_operations) response.groups.back().authorized_operations = kGroupOperations;
  }
  co_return response;
}

runtime::Task<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
  const Door& door = *context.door;
  groups::ListFilter filter{std::move(request.states_filter), std::move(request.types_filter)};
  std::vector<groups::ListedGroup> listed = co_await door.groups.list(door.shard, std::move(filter));
  ListGroupsResponse response;
  for (groups::ListedGroup& group : listed) {
    response.groups.push_back({std::move(group.group_id), std::move(group.protocol_type),
                               std::string(groups::to_string(group.state)), std::string(groups::kClassicGroupType)});
  }
  co_return response;
}

runtime::Task<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request) {
  const Door& door = *context.door;
  DeleteGroupsResponse response;
  for (std::string& group_id : request.groups_names) {
    groups::DeleteGroup wanted{.group_id = group_id};
    groups::DeleteGroupResponse deleted = co_await door.groups.ask<groups::DeleteGroupResponse>(door.shard, std::move(wanted));
    response.results.push_back({std::move(group_id), group_error(deleted.error)});
  }
  co_return response;
}

}  // namespace wharf::kafka
