#include "protocols/kafka/api/offset_for_leader_epoch.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<OffsetForLeaderEpochRequest::Partition> = fields(
    Field<&OffsetForLeaderEpochRequest::Partition::partition>{},
    Field<&OffsetForLeaderEpochRequest::Partition::current_leader_epoch>{.since = 2, .ignorable = true},
    Field<&OffsetForLeaderEpochRequest::Partition::leader_epoch>{});

template <>
inline constexpr auto kTable<OffsetForLeaderEpochRequest::Topic> = fields(
    Field<&OffsetForLeaderEpochRequest::Topic::topic>{},
    Field<&OffsetForLeaderEpochRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetForLeaderEpochRequest> = message(
    versions_of(ApiKey::kOffsetForLeaderEpoch),
    Field<&OffsetForLeaderEpochRequest::replica_id>{.since = 3, .ignorable = true},
    Field<&OffsetForLeaderEpochRequest::topics>{});

template <>
inline constexpr auto kTable<OffsetForLeaderEpochResponse::Partition> = fields(
    Field<&OffsetForLeaderEpochResponse::Partition::error_code>{},
    Field<&OffsetForLeaderEpochResponse::Partition::partition>{},
    Field<&OffsetForLeaderEpochResponse::Partition::leader_epoch>{.since = 1, .ignorable = true},
    Field<&OffsetForLeaderEpochResponse::Partition::end_offset>{});

template <>
inline constexpr auto kTable<OffsetForLeaderEpochResponse::Topic> = fields(
    Field<&OffsetForLeaderEpochResponse::Topic::topic>{},
    Field<&OffsetForLeaderEpochResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetForLeaderEpochResponse> = message(
    versions_of(ApiKey::kOffsetForLeaderEpoch),
    Field<&OffsetForLeaderEpochResponse::throttle_time_ms>{.since = 2, .ignorable = true},
    Field<&OffsetForLeaderEpochResponse::topics>{});

// clang-format on
template struct Codec<OffsetForLeaderEpochRequest>;
template struct Codec<OffsetForLeaderEpochResponse>;

}  // namespace wharf::kafka
