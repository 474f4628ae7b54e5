#include "protocols/kafka/api/join_group.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<JoinGroupRequest::Protocol> = fields(
    Field<&JoinGroupRequest::Protocol::name>{},
    Field<&JoinGroupRequest::Protocol::metadata>{});

template <>
inline constexpr auto kTable<JoinGroupRequest> = message(
    versions_of(ApiKey::kJoinGroup),
    Field<&JoinGroupRequest::group_id>{},
    Field<&JoinGroupRequest::session_timeout_ms>{},
    Field<&JoinGroupRequest::rebalance_timeout_ms>{.since = 1, .ignorable = true},
    Field<&JoinGroupRequest::member_id>{},
    Field<&JoinGroupRequest::group_instance_id>{.since = 5, .nullable_since = 5},
    Field<&JoinGroupRequest::protocol_type>{},
    Field<&JoinGroupRequest::protocols>{},
    Field<&JoinGroupRequest::reason>{.since = 8, .nullable_since = 8, .ignorable = true});

template <>
inline constexpr auto kTable<JoinGroupResponse::Member> = fields(
    Field<&JoinGroupResponse::Member::member_id>{},
    Field<&JoinGroupResponse::Member::group_instance_id>{.since = 5, .nullable_since = 5, .ignorable = true},
    Field<&JoinGroupResponse::Member::metadata>{});

template <>
inline constexpr auto kTable<JoinGroupResponse> = message(
    versions_of(ApiKey::kJoinGroup),
    Field<&JoinGroupResponse::throttle_time_ms>{.since = 2, .ignorable = true},
    Field<&JoinGroupResponse::error_code>{},
    Field<&JoinGroupResponse::generation_id>{},
    Field<&JoinGroupResponse::protocol_type>{.since = 7, .nullable_since = 7, .ignorable = true},
    Field<&JoinGroupResponse::protocol_name>{.nullable_since = 7},
    Field<&JoinGroupResponse::leader>{},
    Field<&JoinGroupResponse::skip_assignment>{.since = 9},
    Field<&JoinGroupResponse::member_id>{},
    Field<&JoinGroupResponse::members>{});

// clang-format on
template struct Codec<JoinGroupRequest>;
template struct Codec<JoinGroupResponse>;

}  // namespace wharf::kafka
