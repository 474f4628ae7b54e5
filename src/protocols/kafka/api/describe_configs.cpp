#include "protocols/kafka/api/describe_configs.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeConfigsRequest::Resource> = fields(
    Field<&DescribeConfigsRequest::Resource::resource_type>{},
    Field<&DescribeConfigsRequest::Resource::resource_name>{},
    Field<&DescribeConfigsRequest::Resource::configuration_keys>{.nullable_since = 0});

template <>
inline constexpr auto kTable<DescribeConfigsRequest> = message(
    versions_of(ApiKey::kDescribeConfigs),
    Field<&DescribeConfigsRequest::resources>{},
    Field<&DescribeConfigsRequest::include_synonyms>{.since = 1},
    Field<&DescribeConfigsRequest::include_documentation>{.since = 3});

template <>
inline constexpr auto kTable<DescribeConfigsResponse::Synonym> = fields(
    Field<&DescribeConfigsResponse::Synonym::name>{.since = 1},
    Field<&DescribeConfigsResponse::Synonym::value>{.since = 1, .nullable_since = 0},
    Field<&DescribeConfigsResponse::Synonym::source>{.since = 1});

template <>
inline constexpr auto kTable<DescribeConfigsResponse::Config> = fields(
    Field<&DescribeConfigsResponse::Config::name>{},
    Field<&DescribeConfigsResponse::Config::value>{.nullable_since = 0},
    Field<&DescribeConfigsResponse::Config::read_only>{},
    Field<&DescribeConfigsResponse::Config::is_default>{.until = 0},
    Field<&DescribeConfigsResponse::Config::config_source>{.since = 1, .ignorable = true},
    Field<&DescribeConfigsResponse::Config::is_sensitive>{},
    Field<&DescribeConfigsResponse::Config::synonyms>{.since = 1, .ignorable = true},
    Field<&DescribeConfigsResponse::Config::config_type>{.since = 3, .ignorable = true},
    Field<&DescribeConfigsResponse::Config::documentation>{.since = 3, .nullable_since = 0, .ignorable = true});

template <>
inline constexpr auto kTable<DescribeConfigsResponse::Resource> = fields(
    Field<&DescribeConfigsResponse::Resource::error_code>{},
    Field<&DescribeConfigsResponse::Resource::error_message>{.nullable_since = 0},
    Field<&DescribeConfigsResponse::Resource::resource_type>{},
    Field<&DescribeConfigsResponse::Resource::resource_name>{},
    Field<&DescribeConfigsResponse::Resource::configs>{});

template <>
inline constexpr auto kTable<DescribeConfigsResponse> = message(
    versions_of(ApiKey::kDescribeConfigs),
    Field<&DescribeConfigsResponse::throttle_time_ms>{},
    Field<&DescribeConfigsResponse::results>{});

// clang-format on
template struct Codec<DescribeConfigsRequest>;
template struct Codec<DescribeConfigsResponse>;

}  // namespace wharf::kafka
