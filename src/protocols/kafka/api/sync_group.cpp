#include "protocols/kafka/api/sync_group.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<SyncGroupRequest::Assignment> = fields(
    Field<&SyncGroupRequest::Assignment::member_id>{},
    Field<&SyncGroupRequest::Assignment::assignment>{});

template <>
inline constexpr auto kTable<SyncGroupRequest> = message(
    versions_of(ApiKey::kSyncGroup),
    Field<&SyncGroupRequest::group_id>{},
    Field<&SyncGroupRequest::generation_id>{},
    Field<&SyncGroupRequest::member_id>{},
    Field<&SyncGroupRequest::group_instance_id>{.since = 3, .nullable_since = 3},
    Field<&SyncGroupRequest::protocol_type>{.since = 5, .nullable_since = 5, .ignorable = true},
    Field<&SyncGroupRequest::protocol_name>{.since = 5, .nullable_since = 5, .ignorable = true},
    Field<&SyncGroupRequest::assignments>{});

template <>
inline constexpr auto kTable<SyncGroupResponse> = message(
    versions_of(ApiKey::kSyncGroup),
    Field<&SyncGroupResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&SyncGroupResponse::error_code>{},
    Field<&SyncGroupResponse::protocol_type>{.since = 5, .nullable_since = 5, .ignorable = true},
    Field<&SyncGroupResponse::protocol_name>{.since = 5, .nullable_since = 5, .ignorable = true},
    Field<&SyncGroupResponse::assignment>{});

// clang-format on
template struct Codec<SyncGroupRequest>;
template struct Codec<SyncGroupResponse>;

}  // namespace wharf::kafka
