#include "protocols/kafka/api/offset_delete.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<OffsetDeleteRequest::Partition> = fields(
    Field<&OffsetDeleteRequest::Partition::partition_index>{});

template <>
inline constexpr auto kTable<OffsetDeleteRequest::Topic> = fields(
    Field<&OffsetDeleteRequest::Topic::name>{},
    Field<&OffsetDeleteRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetDeleteRequest> = message(
    versions_of(ApiKey::kOffsetDelete),
    Field<&OffsetDeleteRequest::group_id>{},
    Field<&OffsetDeleteRequest::topics>{});

template <>
inline constexpr auto kTable<OffsetDeleteResponse::Partition> = fields(
    Field<&OffsetDeleteResponse::Partition::partition_index>{},
    Field<&OffsetDeleteResponse::Partition::error_code>{});

template <>
inline constexpr auto kTable<OffsetDeleteResponse::Topic> = fields(
    Field<&OffsetDeleteResponse::Topic::name>{},
    Field<&OffsetDeleteResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetDeleteResponse> = message(
    versions_of(ApiKey::kOffsetDelete),
    Field<&OffsetDeleteResponse::error_code>{},
    Field<&OffsetDeleteResponse::throttle_time_ms>{.ignorable = true},
    Field<&OffsetDeleteResponse::topics>{});

// clang-format on
template struct Codec<OffsetDeleteRequest>;
template struct Codec<OffsetDeleteResponse>;

}  // namespace wharf::kafka
