#include "protocols/kafka/api/heartbeat.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<HeartbeatRequest> = message(
    versions_of(ApiKey::kHeartbeat),
    Field<&HeartbeatRequest::group_id>{},
    Field<&HeartbeatRequest::generation_id>{},
    Field<&HeartbeatRequest::member_id>{},
    Field<&HeartbeatRequest::group_instance_id>{.since = 3, .nullable_since = 3});

template <>
inline constexpr auto kTable<HeartbeatResponse> = message(
    versions_of(ApiKey::kHeartbeat),
    Field<&HeartbeatResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&HeartbeatResponse::error_code>{});

// clang-format on
template struct Codec<HeartbeatRequest>;
template struct Codec<HeartbeatResponse>;

}  // namespace wharf::kafka
