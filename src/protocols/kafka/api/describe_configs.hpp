#pragma once
// DescribeConfigs (key 32): settings of topics and brokers, with where each value comes from.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DescribeConfigsResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeConfigs;

  struct Synonym {
    std::string name;
    std::optional<std::string> value;
    std::int8_t source = 0;

    friend bool operator==(const Synonym&, const Synonym&) = default;
  };

  struct Config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    bool is_default = false;
    /// 1 topic, 2 broker, 3 default of all brokers, 4 configuration file, 5 default, 6 client metrics, 8 group
    std::int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<Synonym> synonyms;
    std::int8_t config_type = 0;  // 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password
    std::optional<std::string> documentation;

    friend bool operator==(const Config&, const Config&) = default;
  };

  struct Resource {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    std::int8_t resource_type = 0;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    std::string resource_name;
    std::vector<Config> configs;

    friend bool operator==(const Resource&, const Resource&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> results;

  friend bool operator==(const DescribeConfigsResponse&, const DescribeConfigsResponse&) = default;
};

struct DescribeConfigsRequest {
  using Response = DescribeConfigsResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeConfigs;

  struct Resource {
    std::int8_t resource_type = 0;  // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys{std::in_place};  // null: all

    friend bool operator==(const Resource&, const Resource&) = default;
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  friend bool operator==(const DescribeConfigsRequest&, const DescribeConfigsRequest&) = default;
};

}  // namespace wharf::kafka
