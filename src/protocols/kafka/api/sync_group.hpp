#pragma once
// SyncGroup (key 14): the leader of a classic group hands in the assignment, every member gets its own.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/reader.hpp"

namespace wharf::kafka {

struct SyncGroupResponse {
  static constexpr ApiKey kKey = ApiKey::kSyncGroup;

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Bytes assignment;

  friend bool operator==(const SyncGroupResponse&, const SyncGroupResponse&) = default;
};

struct SyncGroupRequest {
  using Response = SyncGroupResponse;
  static constexpr ApiKey kKey = ApiKey::kSyncGroup;

  struct Assignment {
    std::string member_id;
    Bytes assignment;

    friend bool operator==(const Assignment&, const Assignment&) = default;
  };

  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<Assignment> assignments;  // from the leader, empty from the others

  friend bool operator==(const SyncGroupRequest&, const SyncGroupRequest&) = default;
};

}  // namespace wharf::kafka
