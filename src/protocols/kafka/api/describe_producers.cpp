#include "protocols/kafka/api/describe_producers.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeProducersRequest::Topic> = fields(
    Field<&DescribeProducersRequest::Topic::name>{},
    Field<&DescribeProducersRequest::Topic::partition_indexes>{});

template <>
inline constexpr auto kTable<DescribeProducersRequest> = message(
    versions_of(ApiKey::kDescribeProducers),
    Field<&DescribeProducersRequest::topics>{});

template <>
inline constexpr auto kTable<DescribeProducersResponse::Producer> = fields(
    Field<&DescribeProducersResponse::Producer::producer_id>{},
    Field<&DescribeProducersResponse::Producer::producer_epoch>{},
    Field<&DescribeProducersResponse::Producer::last_sequence>{},
    Field<&DescribeProducersResponse::Producer::last_timestamp>{},
    Field<&DescribeProducersResponse::Producer::coordinator_epoch>{},
    Field<&DescribeProducersResponse::Producer::current_txn_start_offset>{});

template <>
inline constexpr auto kTable<DescribeProducersResponse::Partition> = fields(
    Field<&DescribeProducersResponse::Partition::partition_index>{},
    Field<&DescribeProducersResponse::Partition::error_code>{},
    Field<&DescribeProducersResponse::Partition::error_message>{.nullable_since = 0},
    Field<&DescribeProducersResponse::Partition::active_producers>{});

template <>
inline constexpr auto kTable<DescribeProducersResponse::Topic> = fields(
    Field<&DescribeProducersResponse::Topic::name>{},
    Field<&DescribeProducersResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<DescribeProducersResponse> = message(
    versions_of(ApiKey::kDescribeProducers),
    Field<&DescribeProducersResponse::throttle_time_ms>{},
    Field<&DescribeProducersResponse::topics>{});

// clang-format on
template struct Codec<DescribeProducersRequest>;
template struct Codec<DescribeProducersResponse>;

}  // namespace wharf::kafka
