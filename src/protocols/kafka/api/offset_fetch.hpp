#pragma once
// OffsetFetch (key 9): reads a group's stored offsets. Several groups at once from 8 on, topics by id in 10.
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

/// A partition without a stored offset has offset -1 and no error.
struct OffsetFetchResponse {
  static constexpr ApiKey kKey = ApiKey::kOffsetFetch;

  struct Partition {
    PartitionIndex partition_index;
    Offset committed_offset;
    LeaderEpoch committed_leader_epoch = kNoLeaderEpoch;
    std::optional<std::string> metadata;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct GroupPartition {
    PartitionIndex partition_index;
    Offset committed_offset;
    LeaderEpoch committed_leader_epoch = kNoLeaderEpoch;
    std::optional<std::string> metadata;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const GroupPartition&, const GroupPartition&) = default;
  };

  struct GroupTopic {
    std::string name;
    TopicId topic_id;
    std::vector<GroupPartition> partitions;

    friend bool operator==(const GroupTopic&, const GroupTopic&) = default;
  };

  struct Group {
    std::string group_id;
    std::vector<GroupTopic> topics;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Group&, const Group&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  KafkaError error_code = KafkaError::kNone;
  std::vector<Group> groups;

  friend bool operator==(const OffsetFetchResponse&, const OffsetFetchResponse&) = default;
};

/// Up to 7 `group_id` and `topics`, from 8 on `groups`. Null topics ask for all of them.
struct OffsetFetchRequest {
  using Response = OffsetFetchResponse;
  static constexpr ApiKey kKey = ApiKey::kOffsetFetch;

  struct Topic {
    std::string name;
    std::vector<PartitionIndex> partition_indexes;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct GroupTopic {
    std::string name;
    TopicId topic_id;
    std::vector<PartitionIndex> partition_indexes;

    friend bool operator==(const GroupTopic&, const GroupTopic&) = default;
  };

  struct Group {
    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<GroupTopic>> topics{std::in_place};

    friend bool operator==(const Group&, const Group&) = default;
  };

  std::string group_id;
  std::optional<std::vector<Topic>> topics{std::in_place};
  std::vector<Group> groups;
  bool require_stable = false;

  friend bool operator==(const OffsetFetchRequest&, const OffsetFetchRequest&) = default;
};

}  // namespace wharf::kafka
