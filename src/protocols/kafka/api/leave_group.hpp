#pragma once
// LeaveGroup (key 13): members leave a classic group. Several at once from 3 on (KIP-345).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct LeaveGroupResponse {
  static constexpr ApiKey kKey = ApiKey::kLeaveGroup;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Member&, const Member&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::vector<Member> members;

  friend bool operator==(const LeaveGroupResponse&, const LeaveGroupResponse&) = default;
};

/// Up to 2 `member_id`, from 3 on `members`.
struct LeaveGroupRequest {
  using Response = LeaveGroupResponse;
  static constexpr ApiKey kKey = ApiKey::kLeaveGroup;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;

    friend bool operator==(const Member&, const Member&) = default;
  };

  std::string group_id;
  std::string member_id;
  std::vector<Member> members;

  friend bool operator==(const LeaveGroupRequest&, const LeaveGroupRequest&) = default;
};

}  // namespace wharf::kafka
