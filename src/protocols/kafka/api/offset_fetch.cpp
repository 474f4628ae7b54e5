#include "protocols/kafka/api/offset_fetch.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<OffsetFetchRequest::Topic> = fields(
    Field<&OffsetFetchRequest::Topic::name>{.until = 7},
    Field<&OffsetFetchRequest::Topic::partition_indexes>{.until = 7});

template <>
inline constexpr auto kTable<OffsetFetchRequest::GroupTopic> = fields(
    Field<&OffsetFetchRequest::GroupTopic::name>{.since = 8, .until = 9, .ignorable = true},
    Field<&OffsetFetchRequest::GroupTopic::topic_id>{.since = 10, .ignorable = true},
    Field<&OffsetFetchRequest::GroupTopic::partition_indexes>{.since = 8});

template <>
inline constexpr auto kTable<OffsetFetchRequest::Group> = fields(
    Field<&OffsetFetchRequest::Group::group_id>{.since = 8},
    Field<&OffsetFetchRequest::Group::member_id>{.since = 9, .nullable_since = 9, .ignorable = true},
    Field<&OffsetFetchRequest::Group::member_epoch>{.since = 9, .ignorable = true},
    Field<&OffsetFetchRequest::Group::topics>{.since = 8, .nullable_since = 8});

template <>
inline constexpr auto kTable<OffsetFetchRequest> = message(
    versions_of(ApiKey::kOffsetFetch),
    Field<&OffsetFetchRequest::group_id>{.until = 7},
    Field<&OffsetFetchRequest::topics>{.until = 7, .nullable_since = 2},
    Field<&OffsetFetchRequest::groups>{.since = 8},
    Field<&OffsetFetchRequest::require_stable>{.since = 7});

template <>
inline constexpr auto kTable<OffsetFetchResponse::Partition> = fields(
    Field<&OffsetFetchResponse::Partition::partition_index>{.until = 7},
    Field<&OffsetFetchResponse::Partition::committed_offset>{.until = 7},
    Field<&OffsetFetchResponse::Partition::committed_leader_epoch>{.since = 5, .until = 7, .ignorable = true},
    Field<&OffsetFetchResponse::Partition::metadata>{.until = 7, .nullable_since = 0},
    Field<&OffsetFetchResponse::Partition::error_code>{.until = 7});

template <>
inline constexpr auto kTable<OffsetFetchResponse::Topic> = fields(
    Field<&OffsetFetchResponse::Topic::name>{.until = 7},
    Field<&OffsetFetchResponse::Topic::partitions>{.until = 7});

template <>
inline constexpr auto kTable<OffsetFetchResponse::GroupPartition> = fields(
    Field<&OffsetFetchResponse::GroupPartition::partition_index>{.since = 8},
    Field<&OffsetFetchResponse::GroupPartition::committed_offset>{.since = 8},
    Field<&OffsetFetchResponse::GroupPartition::committed_leader_epoch>{.since = 8, .ignorable = true},
    Field<&OffsetFetchResponse::GroupPartition::metadata>{.since = 8, .nullable_since = 8},
    Field<&OffsetFetchResponse::GroupPartition::error_code>{.since = 8});

template <>
inline constexpr auto kTable<OffsetFetchResponse::GroupTopic> = fields(
    Field<&OffsetFetchResponse::GroupTopic::name>{.since = 8, .until = 9, .ignorable = true},
    Field<&OffsetFetchResponse::GroupTopic::topic_id>{.since = 10, .ignorable = true},
    Field<&OffsetFetchResponse::GroupTopic::partitions>{.since = 8});

template <>
inline constexpr auto kTable<OffsetFetchResponse::Group> = fields(
    Field<&OffsetFetchResponse::Group::group_id>{.since = 8},
    Field<&OffsetFetchResponse::Group::topics>{.since = 8},
    Field<&OffsetFetchResponse::Group::error_code>{.since = 8});

template <>
inline constexpr auto kTable<OffsetFetchResponse> = message(
    versions_of(ApiKey::kOffsetFetch),
    Field<&OffsetFetchResponse::throttle_time_ms>{.since = 3, .ignorable = true},
    Field<&OffsetFetchResponse::topics>{.until = 7},
    Field<&OffsetFetchResponse::error_code>{.since = 2, .until = 7, .ignorable = true},
    Field<&OffsetFetchResponse::groups>{.since = 8});

// clang-format on
template struct Codec<OffsetFetchRequest>;
template struct Codec<OffsetFetchResponse>;

}  // namespace wharf::kafka
