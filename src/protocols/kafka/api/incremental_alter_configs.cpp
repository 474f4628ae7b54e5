#include "protocols/kafka/api/incremental_alter_configs.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<IncrementalAlterConfigsRequest::Config> = fields(
    Field<&IncrementalAlterConfigsRequest::Config::name>{},
    Field<&IncrementalAlterConfigsRequest::Config::config_operation>{},
    Field<&IncrementalAlterConfigsRequest::Config::value>{.nullable_since = 0});

template <>
inline constexpr auto kTable<IncrementalAlterConfigsRequest::Resource> = fields(
    Field<&IncrementalAlterConfigsRequest::Resource::resource_type>{},
    Field<&IncrementalAlterConfigsRequest::Resource::resource_name>{},
    Field<&IncrementalAlterConfigsRequest::Resource::configs>{});

template <>
inline constexpr auto kTable<IncrementalAlterConfigsRequest> = message(
    versions_of(ApiKey::kIncrementalAlterConfigs),
    Field<&IncrementalAlterConfigsRequest::resources>{},
    Field<&IncrementalAlterConfigsRequest::validate_only>{});

template <>
inline constexpr auto kTable<IncrementalAlterConfigsResponse::Resource> = fields(
    Field<&IncrementalAlterConfigsResponse::Resource::error_code>{},
    Field<&IncrementalAlterConfigsResponse::Resource::error_message>{.nullable_since = 0},
    Field<&IncrementalAlterConfigsResponse::Resource::resource_type>{},
    Field<&IncrementalAlterConfigsResponse::Resource::resource_name>{});

template <>
inline constexpr auto kTable<IncrementalAlterConfigsResponse> = message(
    versions_of(ApiKey::kIncrementalAlterConfigs),
    Field<&IncrementalAlterConfigsResponse::throttle_time_ms>{},
    Field<&IncrementalAlterConfigsResponse::responses>{});

// clang-format on
template struct Codec<IncrementalAlterConfigsRequest>;
template struct Codec<IncrementalAlterConfigsResponse>;

}  // namespace wharf::kafka
