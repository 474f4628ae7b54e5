#include "protocols/kafka/api/api_versions.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ApiVersionsRequest> = message(
    versions_of(ApiKey::kApiVersions),
    Field<&ApiVersionsRequest::client_software_name>{.since = 3, .ignorable = true},
    Field<&ApiVersionsRequest::client_software_version>{.since = 3, .ignorable = true});

template <>
inline constexpr auto kTable<ApiVersionsResponse::ApiVersion> = fields(
    Field<&ApiVersionsResponse::ApiVersion::api_key>{},
    Field<&ApiVersionsResponse::ApiVersion::min_version>{},
    Field<&ApiVersionsResponse::ApiVersion::max_version>{});

template <>
inline constexpr auto kTable<ApiVersionsResponse::SupportedFeature> = fields(
    Field<&ApiVersionsResponse::SupportedFeature::name>{.since = 3},
    Field<&ApiVersionsResponse::SupportedFeature::min_version>{.since = 3},
    Field<&ApiVersionsResponse::SupportedFeature::max_version>{.since = 3});

template <>
inline constexpr auto kTable<ApiVersionsResponse::FinalizedFeature> = fields(
    Field<&ApiVersionsResponse::FinalizedFeature::name>{.since = 3},
    Field<&ApiVersionsResponse::FinalizedFeature::max_version_level>{.since = 3},
    Field<&ApiVersionsResponse::FinalizedFeature::min_version_level>{.since = 3});

template <>
inline constexpr auto kTable<ApiVersionsResponse> = message(
    versions_of(ApiKey::kApiVersions),
    Field<&ApiVersionsResponse::error_code>{},
    Field<&ApiVersionsResponse::api_keys>{},
    Field<&ApiVersionsResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Tagged<0, &ApiVersionsResponse::supported_features>{.since = 3, .ignorable = true},
    Tagged<1, &ApiVersionsResponse::finalized_features_epoch>{.since = 3, .ignorable = true},
    Tagged<2, &ApiVersionsResponse::finalized_features>{.since = 3, .ignorable = true},
    Tagged<3, &ApiVersionsResponse::zk_migration_ready>{.since = 3, .ignorable = true});

// clang-format on
template struct Codec<ApiVersionsRequest>;
template struct Codec<ApiVersionsResponse>;

}  // namespace wharf::kafka
