#pragma once
// Heartbeat (key 12): keeps a member of a classic group alive and tells it of a rebalance.
#include <cstdint>
#include <optional>
#include <string>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct HeartbeatResponse {
  static constexpr ApiKey kKey = ApiKey::kHeartbeat;

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;

  friend bool operator==(const HeartbeatResponse&, const HeartbeatResponse&) = default;
};

struct HeartbeatRequest {
  using Response = HeartbeatResponse;
  static constexpr ApiKey kKey = ApiKey::kHeartbeat;

  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;

  friend bool operator==(const HeartbeatRequest&, const HeartbeatRequest&) = default;
};

}  // namespace wharf::kafka
