#pragma once
// ListGroups (key 16): the groups that this broker coordinates.
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct ListGroupsResponse {
  static constexpr ApiKey kKey = ApiKey::kListGroups;

  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;

    friend bool operator==(const Group&, const Group&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::vector<Group> groups;

  friend bool operator==(const ListGroupsResponse&, const ListGroupsResponse&) = default;
};

/// Empty filters let everything through.
struct ListGroupsRequest {
  using Response = ListGroupsResponse;
  static constexpr ApiKey kKey = ApiKey::kListGroups;

  std::vector<std::string> states_filter;  // such as "Stable" (KIP-518)
  std::vector<std::string> types_filter;   // such as "classic" (KIP-848)

  friend bool operator==(const ListGroupsRequest&, const ListGroupsRequest&) = default;
};

}  // namespace wharf::kafka
