#include "protocols/kafka/api/create_topics.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<CreateTopicsRequest::Assignment> = fields(
    Field<&CreateTopicsRequest::Assignment::partition_index>{},
    Field<&CreateTopicsRequest::Assignment::broker_ids>{});

template <>
inline constexpr auto kTable<CreateTopicsRequest::Config> = fields(
    Field<&CreateTopicsRequest::Config::name>{},
    Field<&CreateTopicsRequest::Config::value>{.nullable_since = 0});

template <>
inline constexpr auto kTable<CreateTopicsRequest::Topic> = fields(
    Field<&CreateTopicsRequest::Topic::name>{},
    Field<&CreateTopicsRequest::Topic::num_partitions>{},
    Field<&CreateTopicsRequest::Topic::replication_factor>{},
    Field<&CreateTopicsRequest::Topic::assignments>{},
    Field<&CreateTopicsRequest::Topic::configs>{});

template <>
inline constexpr auto kTable<CreateTopicsRequest> = message(
    versions_of(ApiKey::kCreateTopics),
    Field<&CreateTopicsRequest::topics>{},
    Field<&CreateTopicsRequest::timeout_ms>{},
    Field<&CreateTopicsRequest::validate_only>{.since = 1});

template <>
inline constexpr auto kTable<CreateTopicsResponse::Config> = fields(
    Field<&CreateTopicsResponse::Config::name>{.since = 5},
    Field<&CreateTopicsResponse::Config::value>{.since = 5, .nullable_since = 5},
    Field<&CreateTopicsResponse::Config::read_only>{.since = 5},
    Field<&CreateTopicsResponse::Config::config_source>{.since = 5, .ignorable = true},
    Field<&CreateTopicsResponse::Config::is_sensitive>{.since = 5});

template <>
inline constexpr auto kTable<CreateTopicsResponse::Topic> = fields(
    Field<&CreateTopicsResponse::Topic::name>{},
    Field<&CreateTopicsResponse::Topic::topic_id>{.since = 7, .ignorable = true},
    Field<&CreateTopicsResponse::Topic::error_code>{},
    Field<&CreateTopicsResponse::Topic::error_message>{.since = 1, .nullable_since = 0, .ignorable = true},
    Tagged<0, &CreateTopicsResponse::Topic::topic_config_error_code>{.since = 5, .ignorable = true},
    Field<&CreateTopicsResponse::Topic::num_partitions>{.since = 5, .ignorable = true},
    Field<&CreateTopicsResponse::Topic::replication_factor>{.since = 5, .ignorable = true},
    Field<&CreateTopicsResponse::Topic::configs>{.since = 5, .nullable_since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<CreateTopicsResponse> = message(
    versions_of(ApiKey::kCreateTopics),
    Field<&CreateTopicsResponse::throttle_time_ms>{.since = 2, .ignorable = true},
    Field<&CreateTopicsResponse::topics>{});

// clang-format on
template struct Codec<CreateTopicsRequest>;
template struct Codec<CreateTopicsResponse>;

}  // namespace wharf::kafka
