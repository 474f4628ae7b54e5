#include "protocols/kafka/api/list_config_resources.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ListConfigResourcesRequest> = message(
    versions_of(ApiKey::kListConfigResources),
    Field<&ListConfigResourcesRequest::resource_types>{.since = 1});

template <>
inline constexpr auto kTable<ListConfigResourcesResponse::ConfigResource> = fields(
    Field<&ListConfigResourcesResponse::ConfigResource::resource_name>{},
    Field<&ListConfigResourcesResponse::ConfigResource::resource_type>{.since = 1, .ignorable = true});

template <>
inline constexpr auto kTable<ListConfigResourcesResponse> = message(
    versions_of(ApiKey::kListConfigResources),
    Field<&ListConfigResourcesResponse::throttle_time_ms>{},
    Field<&ListConfigResourcesResponse::error_code>{},
    Field<&ListConfigResourcesResponse::config_resources>{});

// clang-format on
template struct Codec<ListConfigResourcesRequest>;
template struct Codec<ListConfigResourcesResponse>;

}  // namespace wharf::kafka
