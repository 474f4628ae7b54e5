#include "protocols/kafka/api/describe_topic_partitions.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeTopicPartitionsRequest::Topic> = fields(
    Field<&DescribeTopicPartitionsRequest::Topic::name>{});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsRequest::Cursor> = fields(
    Field<&DescribeTopicPartitionsRequest::Cursor::topic_name>{},
    Field<&DescribeTopicPartitionsRequest::Cursor::partition_index>{});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsRequest> = message(
    versions_of(ApiKey::kDescribeTopicPartitions),
    Field<&DescribeTopicPartitionsRequest::topics>{},
    Field<&DescribeTopicPartitionsRequest::response_partition_limit>{},
    Field<&DescribeTopicPartitionsRequest::cursor>{.nullable_since = 0});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsResponse::Partition> = fields(
    Field<&DescribeTopicPartitionsResponse::Partition::error_code>{},
    Field<&DescribeTopicPartitionsResponse::Partition::partition_index>{},
    Field<&DescribeTopicPartitionsResponse::Partition::leader_id>{},
    Field<&DescribeTopicPartitionsResponse::Partition::leader_epoch>{.ignorable = true},
    Field<&DescribeTopicPartitionsResponse::Partition::replica_nodes>{},
    Field<&DescribeTopicPartitionsResponse::Partition::isr_nodes>{},
    Field<&DescribeTopicPartitionsResponse::Partition::eligible_leader_replicas>{.nullable_since = 0},
    Field<&DescribeTopicPartitionsResponse::Partition::last_known_elr>{.nullable_since = 0},
    Field<&DescribeTopicPartitionsResponse::Partition::offline_replicas>{.ignorable = true});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsResponse::Topic> = fields(
    Field<&DescribeTopicPartitionsResponse::Topic::error_code>{},
    Field<&DescribeTopicPartitionsResponse::Topic::name>{.nullable_since = 0},
    Field<&DescribeTopicPartitionsResponse::Topic::topic_id>{.ignorable = true},
    Field<&DescribeTopicPartitionsResponse::Topic::is_internal>{.ignorable = true},
    Field<&DescribeTopicPartitionsResponse::Topic::partitions>{},
    Field<&DescribeTopicPartitionsResponse::Topic::topic_authorized_operations>{});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsResponse::Cursor> = fields(
    Field<&DescribeTopicPartitionsResponse::Cursor::topic_name>{},
    Field<&DescribeTopicPartitionsResponse::Cursor::partition_index>{});

template <>
inline constexpr auto kTable<DescribeTopicPartitionsResponse> = message(
    versions_of(ApiKey::kDescribeTopicPartitions),
    Field<&DescribeTopicPartitionsResponse::throttle_time_ms>{.ignorable = true},
    Field<&DescribeTopicPartitionsResponse::topics>{},
    Field<&DescribeTopicPartitionsResponse::next_cursor>{.nullable_since = 0});

// clang-format on
template struct Codec<DescribeTopicPartitionsRequest>;
template struct Codec<DescribeTopicPartitionsResponse>;

}  // namespace wharf::kafka
