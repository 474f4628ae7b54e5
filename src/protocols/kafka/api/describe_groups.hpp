#pragma once
// DescribeGroups (key 15): state and members of classic groups.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/reader.hpp"

namespace wharf::kafka {

struct DescribeGroupsResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeGroups;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    Bytes member_metadata;
    Bytes member_assignment;

    friend bool operator==(const Member&, const Member&) = default;
  };

  struct Group {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    std::string protocol_data;
    std::vector<Member> members;
    /// bits by operation; the lowest number where nobody asked
    std::int32_t authorized_operations = std::numeric_limits<std::int32_t>::min();

    friend bool operator==(const Group&, const Group&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> groups;

  friend bool operator==(const DescribeGroupsResponse&, const DescribeGroupsResponse&) = default;
};

struct DescribeGroupsRequest {
  using Response = DescribeGroupsResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeGroups;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;

  friend bool operator==(const DescribeGroupsRequest&, const DescribeGroupsRequest&) = default;
};

}  // namespace wharf::kafka
