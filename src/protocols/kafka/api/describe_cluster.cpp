#include "protocols/kafka/api/describe_cluster.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeClusterRequest> = message(
    versions_of(ApiKey::kDescribeCluster),
    Field<&DescribeClusterRequest::include_cluster_authorized_operations>{},
    Field<&DescribeClusterRequest::endpoint_type>{.since = 1},
    Field<&DescribeClusterRequest::include_fenced_brokers>{.since = 2});

template <>
inline constexpr auto kTable<DescribeClusterResponse::Broker> = fields(
    Field<&DescribeClusterResponse::Broker::broker_id>{},
    Field<&DescribeClusterResponse::Broker::host>{},
    Field<&DescribeClusterResponse::Broker::port>{},
    Field<&DescribeClusterResponse::Broker::rack>{.nullable_since = 0},
    Field<&DescribeClusterResponse::Broker::is_fenced>{.since = 2});

template <>
inline constexpr auto kTable<DescribeClusterResponse> = message(
    versions_of(ApiKey::kDescribeCluster),
    Field<&DescribeClusterResponse::throttle_time_ms>{},
    Field<&DescribeClusterResponse::error_code>{},
    Field<&DescribeClusterResponse::error_message>{.nullable_since = 0},
    Field<&DescribeClusterResponse::endpoint_type>{.since = 1},
    Field<&DescribeClusterResponse::cluster_id>{},
    Field<&DescribeClusterResponse::controller_id>{},
    Field<&DescribeClusterResponse::brokers>{},
    Field<&DescribeClusterResponse::cluster_authorized_operations>{});

// clang-format on
template struct Codec<DescribeClusterRequest>;
template struct Codec<DescribeClusterResponse>;

}  // namespace wharf::kafka
