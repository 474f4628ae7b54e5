#pragma once
// DeleteTopics (key 20): by name, in 6 by name or id (KIP-516).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DeleteTopicsResponse {
  static constexpr ApiKey kKey = ApiKey::kDeleteTopics;

  struct Topic {
    std::optional<std::string> name = "";
    TopicId topic_id;
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> responses;

  friend bool operator==(const DeleteTopicsResponse&, const DeleteTopicsResponse&) = default;
};

/// Up to 5 `topic_names`, in 6 `topics`.
struct DeleteTopicsRequest {
  using Response = DeleteTopicsResponse;
  static constexpr ApiKey kKey = ApiKey::kDeleteTopics;

  struct Topic {
    std::optional<std::string> name;
    TopicId topic_id;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::vector<Topic> topics;
  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;

  friend bool operator==(const DeleteTopicsRequest&, const DeleteTopicsRequest&) = default;
};

}  // namespace wharf::kafka
