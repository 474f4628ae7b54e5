#include "protocols/kafka/api/create_partitions.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<CreatePartitionsRequest::Assignment> = fields(
    Field<&CreatePartitionsRequest::Assignment::broker_ids>{});

template <>
inline constexpr auto kTable<CreatePartitionsRequest::Topic> = fields(
    Field<&CreatePartitionsRequest::Topic::name>{},
    Field<&CreatePartitionsRequest::Topic::count>{},
    Field<&CreatePartitionsRequest::Topic::assignments>{.nullable_since = 0});

template <>
inline constexpr auto kTable<CreatePartitionsRequest> = message(
    versions_of(ApiKey::kCreatePartitions),
    Field<&CreatePartitionsRequest::topics>{},
    Field<&CreatePartitionsRequest::timeout_ms>{},
    Field<&CreatePartitionsRequest::validate_only>{});

template <>
inline constexpr auto kTable<CreatePartitionsResponse::Topic> = fields(
    Field<&CreatePartitionsResponse::Topic::name>{},
    Field<&CreatePartitionsResponse::Topic::error_code>{},
    Field<&CreatePartitionsResponse::Topic::error_message>{.nullable_since = 0});

template <>
inline constexpr auto kTable<CreatePartitionsResponse> = message(
    versions_of(ApiKey::kCreatePartitions),
    Field<&CreatePartitionsResponse::throttle_time_ms>{},
    Field<&CreatePartitionsResponse::results>{});

// clang-format on
template struct Codec<CreatePartitionsRequest>;
template struct Codec<CreatePartitionsResponse>;

}  // namespace wharf::kafka
