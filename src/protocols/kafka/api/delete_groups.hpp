#pragma once
// DeleteGroups (key 42): deletes empty groups with their offsets (KIP-229).
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DeleteGroupsResponse {
  static constexpr ApiKey kKey = ApiKey::kDeleteGroups;

  struct Group {
    std::string group_id;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Group&, const Group&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> results;

  friend bool operator==(const DeleteGroupsResponse&, const DeleteGroupsResponse&) = default;
};

struct DeleteGroupsRequest {
  using Response = DeleteGroupsResponse;
  static constexpr ApiKey kKey = ApiKey::kDeleteGroups;

  std::vector<std::string> groups_names;

  friend bool operator==(const DeleteGroupsRequest&, const DeleteGroupsRequest&) = default;
};

}  // namespace wharf::kafka
