#include "protocols/kafka/api/list_offsets.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ListOffsetsRequest::Partition> = fields(
    Field<&ListOffsetsRequest::Partition::partition_index>{},
    Field<&ListOffsetsRequest::Partition::current_leader_epoch>{.since = 4, .ignorable = true},
    Field<&ListOffsetsRequest::Partition::timestamp>{},
    Field<&ListOffsetsRequest::Partition::max_num_offsets>{.until = 0});

template <>
inline constexpr auto kTable<ListOffsetsRequest::Topic> = fields(
    Field<&ListOffsetsRequest::Topic::name>{},
    Field<&ListOffsetsRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<ListOffsetsRequest> = message(
    versions_of(ApiKey::kListOffsets),
    Field<&ListOffsetsRequest::replica_id>{},
    Field<&ListOffsetsRequest::isolation_level>{.since = 2},
    Field<&ListOffsetsRequest::topics>{},
    Field<&ListOffsetsRequest::timeout_ms>{.since = 10, .ignorable = true});

template <>
inline constexpr auto kTable<ListOffsetsResponse::Partition> = fields(
    Field<&ListOffsetsResponse::Partition::partition_index>{},
    Field<&ListOffsetsResponse::Partition::error_code>{},
    Field<&ListOffsetsResponse::Partition::old_style_offsets>{.until = 0},
    Field<&ListOffsetsResponse::Partition::timestamp>{.since = 1},
    Field<&ListOffsetsResponse::Partition::offset>{.since = 1},
    Field<&ListOffsetsResponse::Partition::leader_epoch>{.since = 4});

template <>
inline constexpr auto kTable<ListOffsetsResponse::Topic> = fields(
    Field<&ListOffsetsResponse::Topic::name>{},
    Field<&ListOffsetsResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<ListOffsetsResponse> = message(
    versions_of(ApiKey::kListOffsets),
    Field<&ListOffsetsResponse::throttle_time_ms>{.since = 2, .ignorable = true},
    Field<&ListOffsetsResponse::topics>{});

// clang-format on
template struct Codec<ListOffsetsRequest>;
template struct Codec<ListOffsetsResponse>;

}  // namespace wharf::kafka
