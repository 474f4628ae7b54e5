#include "protocols/kafka/api/produce.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ProduceRequest::Partition> = fields(
    Field<&ProduceRequest::Partition::index>{},
    Field<&ProduceRequest::Partition::records>{.nullable_since = 0});

template <>
inline constexpr auto kTable<ProduceRequest::Topic> = fields(
    Field<&ProduceRequest::Topic::name>{.until = 12, .ignorable = true},
    Field<&ProduceRequest::Topic::topic_id>{.since = 13, .ignorable = true},
    Field<&ProduceRequest::Topic::partition_data>{});

template <>
inline constexpr auto kTable<ProduceRequest> = message(
    versions_of(ApiKey::kProduce),
    Field<&ProduceRequest::transactional_id>{.since = 3, .nullable_since = 3},
    Field<&ProduceRequest::acks>{},
    Field<&ProduceRequest::timeout_ms>{},
    Field<&ProduceRequest::topic_data>{});

template <>
inline constexpr auto kTable<ProduceResponse::RecordError> = fields(
    Field<&ProduceResponse::RecordError::batch_index>{.since = 8},
    Field<&ProduceResponse::RecordError::batch_index_error_message>{.since = 8, .nullable_since = 8});

template <>
inline constexpr auto kTable<ProduceResponse::LeaderIdAndEpoch> = fields(
    Field<&ProduceResponse::LeaderIdAndEpoch::leader_id>{.since = 10},
    Field<&ProduceResponse::LeaderIdAndEpoch::leader_epoch>{.since = 10});

template <>
inline constexpr auto kTable<ProduceResponse::Partition> = fields(
    Field<&ProduceResponse::Partition::index>{},
    Field<&ProduceResponse::Partition::error_code>{},
    Field<&ProduceResponse::Partition::base_offset>{},
    Field<&ProduceResponse::Partition::log_append_time_ms>{.since = 2, .ignorable = true},
    Field<&ProduceResponse::Partition::log_start_offset>{.since = 5, .ignorable = true},
    Field<&ProduceResponse::Partition::record_errors>{.since = 8, .ignorable = true},
    Field<&ProduceResponse::Partition::error_message>{.since = 8, .nullable_since = 8, .ignorable = true},
    Tagged<0, &ProduceResponse::Partition::current_leader>{.since = 10});

template <>
inline constexpr auto kTable<ProduceResponse::Topic> = fields(
    Field<&ProduceResponse::Topic::name>{.until = 12, .ignorable = true},
    Field<&ProduceResponse::Topic::topic_id>{.since = 13, .ignorable = true},
    Field<&ProduceResponse::Topic::partition_responses>{});

template <>
inline constexpr auto kTable<ProduceResponse::NodeEndpoint> = fields(
    Field<&ProduceResponse::NodeEndpoint::node_id>{.since = 10},
    Field<&ProduceResponse::NodeEndpoint::host>{.since = 10},
    Field<&ProduceResponse::NodeEndpoint::port>{.since = 10},
    Field<&ProduceResponse::NodeEndpoint::rack>{.since = 10, .nullable_since = 10});

template <>
inline constexpr auto kTable<ProduceResponse> = message(
    versions_of(ApiKey::kProduce),
    Field<&ProduceResponse::responses>{},
    Field<&ProduceResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Tagged<0, &ProduceResponse::node_endpoints>{.since = 10});

// clang-format on
template struct Codec<ProduceRequest>;
template struct Codec<ProduceResponse>;

}  // namespace wharf::kafka
