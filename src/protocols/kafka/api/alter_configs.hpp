#pragma once
// AlterConfigs (key 33): replaces all settings of a topic or broker. The old way: what is not named goes back to its
// default.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct AlterConfigsResponse {
  static constexpr ApiKey kKey = ApiKey::kAlterConfigs;

  struct Resource {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    std::int8_t resource_type = 0;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    std::string resource_name;

    friend bool operator==(const Resource&, const Resource&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  friend bool operator==(const AlterConfigsResponse&, const AlterConfigsResponse&) = default;
};

struct AlterConfigsRequest {
  using Response = AlterConfigsResponse;
  static constexpr ApiKey kKey = ApiKey::kAlterConfigs;

  struct Config {
    std::string name;
    std::optional<std::string> value;

    friend bool operator==(const Config&, const Config&) = default;
  };

  struct Resource {
    std::int8_t resource_type = 0;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    std::string resource_name;
    std::vector<Config> configs;

    friend bool operator==(const Resource&, const Resource&) = default;
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  friend bool operator==(const AlterConfigsRequest&, const AlterConfigsRequest&) = default;
};

}  // namespace wharf::kafka
