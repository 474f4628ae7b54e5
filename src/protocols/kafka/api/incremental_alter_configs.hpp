#pragma once
// IncrementalAlterConfigs (key 44): changes single settings of a topic or broker (KIP-339).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct IncrementalAlterConfigsResponse {
  static constexpr ApiKey kKey = ApiKey::kIncrementalAlterConfigs;

  struct Resource {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    std::int8_t resource_type = 0;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    std::string resource_name;

    friend bool operator==(const Resource&, const Resource&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  friend bool operator==(const IncrementalAlterConfigsResponse&, const IncrementalAlterConfigsResponse&) = default;
};

struct IncrementalAlterConfigsRequest {
  using Response = IncrementalAlterConfigsResponse;
  static constexpr ApiKey kKey = ApiKey::kIncrementalAlterConfigs;

  struct Config {
    std::string name;
    std::int8_t config_operation = 0;  // 0 set, 1 delete, 2 append to a list, 3 subtract from a list
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

  friend bool operator==(const IncrementalAlterConfigsRequest&, const IncrementalAlterConfigsRequest&) = default;
};

}  // namespace wharf::kafka
