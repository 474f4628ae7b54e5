#pragma once
// ListConfigResources (key 74): what has settings of its own (KIP-1142). Version 0 lists client metrics resources
// only (KIP-714).
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct ListConfigResourcesResponse {
  static constexpr ApiKey kKey = ApiKey::kListConfigResources;

  struct ConfigResource {
    std::string resource_name;
    std::int8_t resource_type = 16;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group

    friend bool operator==(const ConfigResource&, const ConfigResource&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::vector<ConfigResource> config_resources;

  friend bool operator==(const ListConfigResourcesResponse&, const ListConfigResourcesResponse&) = default;
};

struct ListConfigResourcesRequest {
  using Response = ListConfigResourcesResponse;
  static constexpr ApiKey kKey = ApiKey::kListConfigResources;

  std::vector<std::int8_t> resource_types;

  friend bool operator==(const ListConfigResourcesRequest&, const ListConfigResourcesRequest&) = default;
};

}  // namespace wharf::kafka
