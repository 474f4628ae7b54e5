#include "protocols/kafka/api/delete_groups.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DeleteGroupsRequest> = message(
    versions_of(ApiKey::kDeleteGroups),
    Field<&DeleteGroupsRequest::groups_names>{});

template <>
inline constexpr auto kTable<DeleteGroupsResponse::Group> = fields(
    Field<&DeleteGroupsResponse::Group::group_id>{},
    Field<&DeleteGroupsResponse::Group::error_code>{});

template <>
inline constexpr auto kTable<DeleteGroupsResponse> = message(
    versions_of(ApiKey::kDeleteGroups),
    Field<&DeleteGroupsResponse::throttle_time_ms>{},
    Field<&DeleteGroupsResponse::results>{});

// clang-format on
template struct Codec<DeleteGroupsRequest>;
template struct Codec<DeleteGroupsResponse>;

}  // namespace wharf::kafka
