#pragma once
// ApiVersions (key 18): which requests the broker serves, in which versions.
// Asked for in a version that we do not serve, it is answered in version 0 with error 35 and the list (KIP-511). Its
// response header is always version 0.
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct ApiVersionsResponse {
  static constexpr ApiKey kKey = ApiKey::kApiVersions;

  struct ApiVersion {
    ApiKey api_key{};
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    friend bool operator==(const ApiVersion&, const ApiVersion&) = default;
  };

  struct SupportedFeature {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    friend bool operator==(const SupportedFeature&, const SupportedFeature&) = default;
  };

  struct FinalizedFeature {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;

    friend bool operator==(const FinalizedFeature&, const FinalizedFeature&) = default;
  };

  KafkaError error_code = KafkaError::kNone;
  std::vector<ApiVersion> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features;
  std::int64_t finalized_features_epoch = -1;  // -1: unknown
  std::vector<FinalizedFeature> finalized_features;
  bool zk_migration_ready = false;

  friend bool operator==(const ApiVersionsResponse&, const ApiVersionsResponse&) = default;
};

struct ApiVersionsRequest {
  using Response = ApiVersionsResponse;
  static constexpr ApiKey kKey = ApiKey::kApiVersions;

  std::string client_software_name;
  std::string client_software_version;

  friend bool operator==(const ApiVersionsRequest&, const ApiVersionsRequest&) = default;
};

}  // namespace wharf::kafka
