#pragma once
// FindCoordinator (key 10): which broker coordinates a group or a transactional id. Several keys at once from 4 on
// (KIP-699).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct FindCoordinatorResponse {
  static constexpr ApiKey kKey = ApiKey::kFindCoordinator;

  struct Coordinator {
    std::string key;
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;

    friend bool operator==(const Coordinator&, const Coordinator&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::optional<std::string> error_message;
  NodeId node_id;
  std::string host;
  std::int32_t port = 0;
  std::vector<Coordinator> coordinators;

  friend bool operator==(const FindCoordinatorResponse&, const FindCoordinatorResponse&) = default;
};

/// Up to 3 `key`, from 4 on `coordinator_keys`.
struct FindCoordinatorRequest {
  using Response = FindCoordinatorResponse;
  static constexpr ApiKey kKey = ApiKey::kFindCoordinator;

  std::string key;
  std::int8_t key_type = 0;  // 0 group, 1 transactional id, 2 share group
  std::vector<std::string> coordinator_keys;

  friend bool operator==(const FindCoordinatorRequest&, const FindCoordinatorRequest&) = default;
};

}  // namespace wharf::kafka
