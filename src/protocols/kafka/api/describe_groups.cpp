#include "protocols/kafka/api/describe_groups.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeGroupsRequest> = message(
    versions_of(ApiKey::kDescribeGroups),
    Field<&DescribeGroupsRequest::groups>{},
    Field<&DescribeGroupsRequest::include_authorized_operations>{.since = 3});

template <>
inline constexpr auto kTable<DescribeGroupsResponse::Member> = fields(
    Field<&DescribeGroupsResponse::Member::member_id>{},
    Field<&DescribeGroupsResponse::Member::group_instance_id>{.since = 4, .nullable_since = 4, .ignorable = true},
    Field<&DescribeGroupsResponse::Member::client_id>{},
    Field<&DescribeGroupsResponse::Member::client_host>{},
    Field<&DescribeGroupsResponse::Member::member_metadata>{},
    Field<&DescribeGroupsResponse::Member::member_assignment>{});

template <>
inline constexpr auto kTable<DescribeGroupsResponse::Group> = fields(
    Field<&DescribeGroupsResponse::Group::error_code>{},
    Field<&DescribeGroupsResponse::Group::error_message>{.since = 6, .nullable_since = 6},
    Field<&DescribeGroupsResponse::Group::group_id>{},
    Field<&DescribeGroupsResponse::Group::group_state>{},
    Field<&DescribeGroupsResponse::Group::protocol_type>{},
    Field<&DescribeGroupsResponse::Group::protocol_data>{},
    Field<&DescribeGroupsResponse::Group::members>{},
    Field<&DescribeGroupsResponse::Group::authorized_operations>{.since = 3});

template <>
inline constexpr auto kTable<DescribeGroupsResponse> = message(
    versions_of(ApiKey::kDescribeGroups),
    Field<&DescribeGroupsResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&DescribeGroupsResponse::groups>{});

// clang-format on
template struct Codec<DescribeGroupsRequest>;
template struct Codec<DescribeGroupsResponse>;

}  // namespace wharf::kafka
