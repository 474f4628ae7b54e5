// JoinGroup, SyncGroup, Heartbeat, LeaveGroup, FindCoordinator: Kafka's words <-> the group coordinator's.
#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/group_errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

std::string random_suffix(runtime::Random& random) {
  // Kafka's member ids end in a UUID in its usual form.
  std::string hex = random.uuid().hex();
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

Bytes bytes_of(const SharedBytes& bytes) { return {bytes.view().begin(), bytes.view().end()}; }

constexpr std::int8_t kGroupKey = 0;

FindCoordinatorResponse::Coordinator find_one(const RequestContext& context, std::string key, std::int8_t type) {
  FindCoordinatorResponse::Coordinator found{.key = std::move(key)};
  found.node_id = NodeId(-1);
  found.port = -1;
  if (type != kGroupKey) {
    // Transactions and share groups are not served: nobody coordinates them.
    found.error_code = type == 1 ? KafkaError::kTransactionalIdAuthorizationFailed : KafkaError::kInvalidRequest;
    found.error_message = "this kind of coordinator is not served";
    return found;
  }
  Endpoint endpoint = advertised(*context.door, *context.client);
  found.node_id = context.door->node_id;
  found.host = endpoint.host;
  found.port = endpoint.port;
  return found;
}

}  // namespace

runtime::Task<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request) {
  FindCoordinatorResponse response;
  if (context.header.api_version >= 4) {
    for (std::string& key : request.coordinator_keys) {
      response.coordinators.push_back(find_one(context, std::move(key), request.key_type));
    }
    co_return response;
  }
  FindCoordinatorResponse::Coordinator found = find_one(context, std::move(request.key), request.key_type);
  response.error_code = found.error_code;
  response.error_message = found.error_message;
  response.node_id = found.node_id;
  response.host = found.host;
  response.port = found.port;
  co_return response;
}

runtime::Task<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request) {
  const Door& door = *context.door;
  std::int16_t version = context.header.api_version;
  groups::JoinGroup join{.group_id = std::move(request.group_id), .member_id = std::move(request.member_id)};
  join.group_instance_id = std::move(request.group_instance_id);
  join.client_id = context.header.client_id.value_or("");
  join.client_host = fmt::format("/{}", context.client->remote.host);
  join.session_timeout_ms = request.session_timeout_ms;
  join.rebalance_timeout_ms = version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  join.protocol_type = std::move(request.protocol_type);
  for (JoinGroupRequest::Protocol& protocol : request.protocols) {
    join.protocols.push_back({std::move(protocol.name), SharedBytes::copy_of(protocol.metadata)});
  }
  join.reason = request.reason.value_or("");
  join.member_id_suffix = random_suffix(door.random);
  join.requires_known_member_id = version >= 4;
  join.supports_skip_assignment = version >= 9;
  groups::JoinResponse joined = co_await door.groups.ask<groups::JoinResponse>(door.shard, std::move(join));
  JoinGroupResponse response;
  response.error_code = group_error(joined.error);
  response.generation_id = joined.generation;
  response.protocol_type = std::move(joined.protocol_type);
  response.protocol_name = std::move(joined.protocol_name);
  if (version < 7 && !response.protocol_name) response.protocol_name = "";
  response.leader = std::move(joined.leader);
  response.skip_assignment = joined.skip_assignment;
  response.member_id = std::move(joined.member_id);
  for (groups::JoinedMember& member : joined.members) {
    response.members.push_back({std::move(member.member_id), std::move(member.group_instance_id), bytes_of(member.metadata)});
  }
  co_return response;
}

runtime::Task<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request) {
  const Door& door = *context.door;
  groups::SyncGroup sync{.group_id = std::move(request.group_id),
                         .generation = request.generation_id,
                         .member_id = std::move(request.member_id),
                         .group_instance_id = std::move(request.group_instance_id),
                         .protocol_type = std::move(request.protocol_type),
                         .protocol_name = std::move(request.protocol_name)};
  for (SyncGroupRequest::Assignment& assignment : request.assignments) {
    sync.assignments.push_back({std::move(assignment.member_id), SharedBytes::copy_of(assignment.assignment)});
  }
  groups::SyncResponse synced = co_await door.groups.ask<groups::SyncResponse>(door.shard, std::move(sync));
  SyncGroupResponse response;
  response.error_code = group_error(synced.error);
  response.protocol_type = std::move(synced.protocol_type);
  response.protocol_name = std::move(synced.protocol_name);
  response.assignment = bytes_of(synced.assignment);
  co_return response;
}

runtime::Task<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request) {
  const Door& door = *context.door;
  groups::Heartbeat heartbeat{.group_id = std::move(request.group_id),
                              .generation = request.generation_id,
                              .member_id = std::move(request.member_id),
                              .group_instance_id = std::move(request.group_instance_id)};
  groups::HeartbeatResponse beat = co_await door.groups.ask<groups::HeartbeatResponse>(door.shard, std::move(heartbeat));
  HeartbeatResponse response;
  response.error_code = group_error(beat.error);
  co_return response;
}

runtime::Task<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request) {
  const Door& door = *context.door;
  bool batched = context.header.api_version >= 3;
  groups::LeaveGroup leave{.group_id = std::move(request.group_id)};
  if (batched) {
    for (LeaveGroupRequest::Member& member : request.members) {
      leave.members.push_back({std::move(member.member_id), std::move(member.group_instance_id), member.reason.value_or("")});
    }
  } else {
    leave.members.push_back({.member_id = std::move(request.member_id)});
  }
  groups::LeaveResponse left = co_await door.groups.ask<groups::LeaveResponse>(door.shard, std::move(leave));
  LeaveGroupResponse response;
  response.error_code = group_error(left.error);
  if (!batched) {
    if (!left.error && !left.members.empty()) response.error_code = group_error(left.members.front().error);
    co_return response;
  }
  for (groups::LeftMember& member : left.members) {
    response.members.push_back({std::move(member.member_id), std::move(member.group_instance_id), group_error(member.error)});
  }
  co_return response;
}

}  // namespace wharf::kafka
