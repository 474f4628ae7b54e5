#pragma once
// JoinGroup (key 11): becomes a member of a classic group, or takes part in its next rebalance.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/reader.hpp"

namespace wharf::kafka {

/// The leader alone gets the members. With skip_assignment (9) a static leader comes back to a stable group (KIP-814).
struct JoinGroupResponse {
  static constexpr ApiKey kKey = ApiKey::kJoinGroup;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    Bytes metadata;

    friend bool operator==(const Member&, const Member&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<Member> members;

  friend bool operator==(const JoinGroupResponse&, const JoinGroupResponse&) = default;
};

/// From 4 on a new dynamic member is first given its id (KIP-394). Static members from 5 on (KIP-345).
struct JoinGroupRequest {
  using Response = JoinGroupResponse;
  static constexpr ApiKey kKey = ApiKey::kJoinGroup;

  struct Protocol {
    std::string name;
    Bytes metadata;

    friend bool operator==(const Protocol&, const Protocol&) = default;
  };

  std::string group_id;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = -1;  // -1 in version 0: the session timeout counts
  std::string member_id;                   // empty at first
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<Protocol> protocols;  // in order of preference
  std::optional<std::string> reason;

  friend bool operator==(const JoinGroupRequest&, const JoinGroupRequest&) = default;
};

}  // namespace wharf::kafka
