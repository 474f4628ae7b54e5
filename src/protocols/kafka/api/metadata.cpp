#include "protocols/kafka/api/metadata.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<MetadataRequest::Topic> = fields(
    Field<&MetadataRequest::Topic::topic_id>{.since = 10, .ignorable = true},
    Field<&MetadataRequest::Topic::name>{.nullable_since = 10});

template <>
inline constexpr auto kTable<MetadataRequest> = message(
    versions_of(ApiKey::kMetadata),
    Field<&MetadataRequest::topics>{.nullable_since = 1},
    Field<&MetadataRequest::allow_auto_topic_creation>{.since = 4},
    Field<&MetadataRequest::include_cluster_authorized_operations>{.since = 8, .until = 10},
    Field<&MetadataRequest::include_topic_authorized_operations>{.since = 8});

template <>
inline constexpr auto kTable<MetadataResponse::Broker> = fields(
    Field<&MetadataResponse::Broker::node_id>{},
    Field<&MetadataResponse::Broker::host>{},
    Field<&MetadataResponse::Broker::port>{},
    Field<&MetadataResponse::Broker::rack>{.since = 1, .nullable_since = 1, .ignorable = true});

template <>
inline constexpr auto kTable<MetadataResponse::Partition> = fields(
    Field<&MetadataResponse::Partition::error_code>{},
    Field<&MetadataResponse::Partition::partition_index>{},
    Field<&MetadataResponse::Partition::leader_id>{},
    Field<&MetadataResponse::Partition::leader_epoch>{.since = 7, .ignorable = true},
    Field<&MetadataResponse::Partition::replica_nodes>{},
    Field<&MetadataResponse::Partition::isr_nodes>{},
    Field<&MetadataResponse::Partition::offline_replicas>{.since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<MetadataResponse::Topic> = fields(
    Field<&MetadataResponse::Topic::error_code>{},
    Field<&MetadataResponse::Topic::name>{.nullable_since = 12},
    Field<&MetadataResponse::Topic::topic_id>{.since = 10, .ignorable = true},
    Field<&MetadataResponse::Topic::is_internal>{.since = 1, .ignorable = true},
    Field<&MetadataResponse::Topic::partitions>{},
    Field<&MetadataResponse::Topic::topic_authorized_operations>{.since = 8});

template <>
inline constexpr auto kTable<MetadataResponse> = message(
    versions_of(ApiKey::kMetadata),
    Field<&MetadataResponse::throttle_time_ms>{.since = 3, .ignorable = true},
    Field<&MetadataResponse::brokers>{},
    Field<&MetadataResponse::cluster_id>{.since = 2, .nullable_since = 2, .ignorable = true},
    Field<&MetadataResponse::controller_id>{.since = 1, .ignorable = true},
    Field<&MetadataResponse::topics>{},
    Field<&MetadataResponse::cluster_authorized_operations>{.since = 8, .until = 10},
    Field<&MetadataResponse::error_code>{.since = 13, .ignorable = true});

// clang-format on
template struct Codec<MetadataRequest>;
template struct Codec<MetadataResponse>;

}  // namespace wharf::kafka
