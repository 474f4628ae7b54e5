#include "protocols/kafka/api/offset_commit.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<OffsetCommitRequest::Partition> = fields(
    Field<&OffsetCommitRequest::Partition::partition_index>{},
    Field<&OffsetCommitRequest::Partition::committed_offset>{},
    Field<&OffsetCommitRequest::Partition::committed_leader_epoch>{.since = 6, .ignorable = true},
    Field<&OffsetCommitRequest::Partition::commit_timestamp>{.since = 1, .until = 1},
    Field<&OffsetCommitRequest::Partition::committed_metadata>{.nullable_since = 0});

template <>
inline constexpr auto kTable<OffsetCommitRequest::Topic> = fields(
    Field<&OffsetCommitRequest::Topic::name>{.until = 9, .ignorable = true},
    Field<&OffsetCommitRequest::Topic::topic_id>{.since = 10, .ignorable = true},
    Field<&OffsetCommitRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetCommitRequest> = message(
    versions_of(ApiKey::kOffsetCommit),
    Field<&OffsetCommitRequest::group_id>{},
    Field<&OffsetCommitRequest::generation_id_or_member_epoch>{.since = 1, .ignorable = true},
    Field<&OffsetCommitRequest::member_id>{.since = 1, .ignorable = true},
    Field<&OffsetCommitRequest::group_instance_id>{.since = 7, .nullable_since = 7},
    Field<&OffsetCommitRequest::retention_time_ms>{.since = 2, .until = 4, .ignorable = true},
    Field<&OffsetCommitRequest::topics>{});

template <>
inline constexpr auto kTable<OffsetCommitResponse::Partition> = fields(
    Field<&OffsetCommitResponse::Partition::partition_index>{},
    Field<&OffsetCommitResponse::Partition::error_code>{});

template <>
inline constexpr auto kTable<OffsetCommitResponse::Topic> = fields(
    Field<&OffsetCommitResponse::Topic::name>{.until = 9, .ignorable = true},
    Field<&OffsetCommitResponse::Topic::topic_id>{.since = 10, .ignorable = true},
    Field<&OffsetCommitResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<OffsetCommitResponse> = message(
    versions_of(ApiKey::kOffsetCommit),
    Field<&OffsetCommitResponse::throttle_time_ms>{.since = 3, .ignorable = true},
    Field<&OffsetCommitResponse::topics>{});

// clang-format on
template struct Codec<OffsetCommitRequest>;
template struct Codec<OffsetCommitResponse>;

}  // namespace wharf::kafka
