#pragma once
// CreateTopics (key 19).
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct CreateTopicsResponse {
  static constexpr ApiKey kKey = ApiKey::kCreateTopics;

  struct Config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    /// 1 topic, 2 broker, 3 default of all brokers, 4 configuration file, 5 default, 6 client metrics, 8 group
    std::int8_t config_source = -1;
    bool is_sensitive = false;

    friend bool operator==(const Config&, const Config&) = default;
  };

  struct Topic {
    std::string name;
    TopicId topic_id;
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    KafkaError topic_config_error_code = KafkaError::kNone;  // why configs are missing
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs{std::in_place};

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const CreateTopicsResponse&, const CreateTopicsResponse&) = default;
};

struct CreateTopicsRequest {
  using Response = CreateTopicsResponse;
  static constexpr ApiKey kKey = ApiKey::kCreateTopics;

  struct Assignment {
    PartitionIndex partition_index;
    std::vector<NodeId> broker_ids;

    friend bool operator==(const Assignment&, const Assignment&) = default;
  };

  struct Config {
    std::string name;
    std::optional<std::string> value;

    friend bool operator==(const Config&, const Config&) = default;
  };

  struct Topic {
    std::string name;
    std::int32_t num_partitions = 0;      // -1 with assignments, or for the default (4+)
    std::int16_t replication_factor = 0;  // -1 with assignments, or for the default (4+)
    std::vector<Assignment> assignments;
    std::vector<Config> configs;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;

  friend bool operator==(const CreateTopicsRequest&, const CreateTopicsRequest&) = default;
};

}  // namespace wharf::kafka
