#include "protocols/kafka/api/leave_group.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<LeaveGroupRequest::Member> = fields(
    Field<&LeaveGroupRequest::Member::member_id>{.since = 3},
    Field<&LeaveGroupRequest::Member::group_instance_id>{.since = 3, .nullable_since = 3},
    Field<&LeaveGroupRequest::Member::reason>{.since = 5, .nullable_since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<LeaveGroupRequest> = message(
    versions_of(ApiKey::kLeaveGroup),
    Field<&LeaveGroupRequest::group_id>{},
    Field<&LeaveGroupRequest::member_id>{.until = 2},
    Field<&LeaveGroupRequest::members>{.since = 3});

template <>
inline constexpr auto kTable<LeaveGroupResponse::Member> = fields(
    Field<&LeaveGroupResponse::Member::member_id>{.since = 3},
    Field<&LeaveGroupResponse::Member::group_instance_id>{.since = 3, .nullable_since = 3},
    Field<&LeaveGroupResponse::Member::error_code>{.since = 3});

template <>
inline constexpr auto kTable<LeaveGroupResponse> = message(
    versions_of(ApiKey::kLeaveGroup),
    Field<&LeaveGroupResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&LeaveGroupResponse::error_code>{},
    Field<&LeaveGroupResponse::members>{.since = 3});

// clang-format on
template struct Codec<LeaveGroupRequest>;
template struct Codec<LeaveGroupResponse>;

}  // namespace wharf::kafka
