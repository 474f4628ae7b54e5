#include "protocols/kafka/api/list_groups.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ListGroupsRequest> = message(
    versions_of(ApiKey::kListGroups),
    Field<&ListGroupsRequest::states_filter>{.since = 4},
    Field<&ListGroupsRequest::types_filter>{.since = 5});

template <>
inline constexpr auto kTable<ListGroupsResponse::Group> = fields(
    Field<&ListGroupsResponse::Group::group_id>{},
    Field<&ListGroupsResponse::Group::protocol_type>{},
    Field<&ListGroupsResponse::Group::group_state>{.since = 4, .ignorable = true},
    Field<&ListGroupsResponse::Group::group_type>{.since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<ListGroupsResponse> = message(
    versions_of(ApiKey::kListGroups),
    Field<&ListGroupsResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&ListGroupsResponse::error_code>{},
    Field<&ListGroupsResponse::groups>{});

// clang-format on
template struct Codec<ListGroupsRequest>;
template struct Codec<ListGroupsResponse>;

}  // namespace wharf::kafka
