#include "protocols/kafka/api/fetch.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<FetchRequest::ReplicaState> = fields(
    Field<&FetchRequest::ReplicaState::replica_id>{.since = 15},
    Field<&FetchRequest::ReplicaState::replica_epoch>{.since = 15});

template <>
inline constexpr auto kTable<FetchRequest::Partition> = fields(
    Field<&FetchRequest::Partition::partition>{},
    Field<&FetchRequest::Partition::current_leader_epoch>{.since = 9, .ignorable = true},
    Field<&FetchRequest::Partition::fetch_offset>{},
    Field<&FetchRequest::Partition::last_fetched_epoch>{.since = 12},
    Field<&FetchRequest::Partition::log_start_offset>{.since = 5, .ignorable = true},
    Field<&FetchRequest::Partition::partition_max_bytes>{},
    Tagged<0, &FetchRequest::Partition::replica_directory_id>{.since = 17, .ignorable = true},
    Tagged<1, &FetchRequest::Partition::high_watermark>{.since = 18, .ignorable = true});

template <>
inline constexpr auto kTable<FetchRequest::Topic> = fields(
    Field<&FetchRequest::Topic::topic>{.until = 12, .ignorable = true},
    Field<&FetchRequest::Topic::topic_id>{.since = 13, .ignorable = true},
    Field<&FetchRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<FetchRequest::ForgottenTopic> = fields(
    Field<&FetchRequest::ForgottenTopic::topic>{.since = 7, .until = 12, .ignorable = true},
    Field<&FetchRequest::ForgottenTopic::topic_id>{.since = 13, .ignorable = true},
    Field<&FetchRequest::ForgottenTopic::partitions>{.since = 7});

template <>
inline constexpr auto kTable<FetchRequest> = message(
    versions_of(ApiKey::kFetch),
    Tagged<0, &FetchRequest::cluster_id>{.since = 12, .nullable_since = 12, .ignorable = true},
    Field<&FetchRequest::replica_id>{.until = 14},
    Tagged<1, &FetchRequest::replica_state>{.since = 15},
    Field<&FetchRequest::max_wait_ms>{},
    Field<&FetchRequest::min_bytes>{},
    Field<&FetchRequest::max_bytes>{.since = 3, .ignorable = true},
    Field<&FetchRequest::isolation_level>{.since = 4, .ignorable = true},
    Field<&FetchRequest::session_id>{.since = 7, .ignorable = true},
    Field<&FetchRequest::session_epoch>{.since = 7, .ignorable = true},
    Field<&FetchRequest::topics>{},
    Field<&FetchRequest::forgotten_topics_data>{.since = 7},
    Field<&FetchRequest::rack_id>{.since = 11, .ignorable = true});

template <>
inline constexpr auto kTable<FetchResponse::EpochEndOffset> = fields(
    Field<&FetchResponse::EpochEndOffset::epoch>{.since = 12},
    Field<&FetchResponse::EpochEndOffset::end_offset>{.since = 12});

template <>
inline constexpr auto kTable<FetchResponse::LeaderIdAndEpoch> = fields(
    Field<&FetchResponse::LeaderIdAndEpoch::leader_id>{.since = 12},
    Field<&FetchResponse::LeaderIdAndEpoch::leader_epoch>{.since = 12});

template <>
inline constexpr auto kTable<FetchResponse::SnapshotId> = fields(
    Field<&FetchResponse::SnapshotId::end_offset>{},
    Field<&FetchResponse::SnapshotId::epoch>{});

template <>
inline constexpr auto kTable<FetchResponse::AbortedTransaction> = fields(
    Field<&FetchResponse::AbortedTransaction::producer_id>{.since = 4},
    Field<&FetchResponse::AbortedTransaction::first_offset>{.since = 4});

template <>
inline constexpr auto kTable<FetchResponse::Partition> = fields(
    Field<&FetchResponse::Partition::partition_index>{},
    Field<&FetchResponse::Partition::error_code>{},
    Field<&FetchResponse::Partition::high_watermark>{},
    Field<&FetchResponse::Partition::last_stable_offset>{.since = 4, .ignorable = true},
    Field<&FetchResponse::Partition::log_start_offset>{.since = 5, .ignorable = true},
    Tagged<0, &FetchResponse::Partition::diverging_epoch>{.since = 12},
    Tagged<1, &FetchResponse::Partition::current_leader>{.since = 12},
    Tagged<2, &FetchResponse::Partition::snapshot_id>{.since = 12},
    Field<&FetchResponse::Partition::aborted_transactions>{.since = 4, .nullable_since = 4, .ignorable = true},
    Field<&FetchResponse::Partition::preferred_read_replica>{.since = 11},
    Field<&FetchResponse::Partition::records>{.nullable_since = 0});

template <>
inline constexpr auto kTable<FetchResponse::Topic> = fields(
    Field<&FetchResponse::Topic::topic>{.until = 12, .ignorable = true},
    Field<&FetchResponse::Topic::topic_id>{.since = 13, .ignorable = true},
    Field<&FetchResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<FetchResponse::NodeEndpoint> = fields(
    Field<&FetchResponse::NodeEndpoint::node_id>{.since = 16},
    Field<&FetchResponse::NodeEndpoint::host>{.since = 16},
    Field<&FetchResponse::NodeEndpoint::port>{.since = 16},
    Field<&FetchResponse::NodeEndpoint::rack>{.since = 16, .nullable_since = 16});

template <>
inline constexpr auto kTable<FetchResponse> = message(
    versions_of(ApiKey::kFetch),
    Field<&FetchResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&FetchResponse::error_code>{.since = 7, .ignorable = true},
    Field<&FetchResponse::session_id>{.since = 7},
    Field<&FetchResponse::responses>{},
    Tagged<0, &FetchResponse::node_endpoints>{.since = 16});

// clang-format on
template struct Codec<FetchRequest>;
template struct Codec<FetchResponse>;

}  // namespace wharf::kafka
