#include "protocols/kafka/api/alter_configs.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<AlterConfigsRequest::Config> = fields(
    Field<&AlterConfigsRequest::Config::name>{},
    Field<&AlterConfigsRequest::Config::value>{.nullable_since = 0});

template <>
inline constexpr auto kTable<AlterConfigsRequest::Resource> = fields(
    Field<&AlterConfigsRequest::Resource::resource_type>{},
    Field<&AlterConfigsRequest::Resource::resource_name>{},
    Field<&AlterConfigsRequest::Resource::configs>{});

template <>
inline constexpr auto kTable<AlterConfigsRequest> = message(
    versions_of(ApiKey::kAlterConfigs),
    Field<&AlterConfigsRequest::resources>{},
    Field<&AlterConfigsRequest::validate_only>{});

template <>
inline constexpr auto kTable<AlterConfigsResponse::Resource> = fields(
    Field<&AlterConfigsResponse::Resource::error_code>{},
    Field<&AlterConfigsResponse::Resource::error_message>{.nullable_since = 0},
    Field<&AlterConfigsResponse::Resource::resource_type>{},
    Field<&AlterConfigsResponse::Resource::resource_name>{});

template <>
inline constexpr auto kTable<AlterConfigsResponse> = message(
    versions_of(ApiKey::kAlterConfigs),
    Field<&AlterConfigsResponse::throttle_time_ms>{},
    Field<&AlterConfigsResponse::responses>{});

// clang-format on
template struct Codec<AlterConfigsRequest>;
template struct Codec<AlterConfigsResponse>;

}  // namespace wharf::kafka
