#pragma once
// CreatePartitions (key 37): gives topics more partitions (KIP-195).
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

struct CreatePartitionsResponse {
  static constexpr ApiKey kKey = ApiKey::kCreatePartitions;

  struct Topic {
    std::string name;
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> results;

  friend bool operator==(const CreatePartitionsResponse&, const CreatePartitionsResponse&) = default;
};

struct CreatePartitionsRequest {
  using Response = CreatePartitionsResponse;
  static constexpr ApiKey kKey = ApiKey::kCreatePartitions;

  struct Assignment {
    std::vector<NodeId> broker_ids;

    friend bool operator==(const Assignment&, const Assignment&) = default;
  };

  struct Topic {
    std::string name;
    std::int32_t count = 0;  // afterwards, not more by
    std::optional<std::vector<Assignment>> assignments{
        std::in_place};  // of the new partitions; null: as the broker likes

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;

  friend bool operator==(const CreatePartitionsRequest&, const CreatePartitionsRequest&) = default;
};

}  // namespace wharf::kafka
