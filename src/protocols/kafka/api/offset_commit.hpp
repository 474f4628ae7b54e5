#pragma once
// OffsetCommit (key 8): stores how far a group has read. Topics by id in 10.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct OffsetCommitResponse {
  static constexpr ApiKey kKey = ApiKey::kOffsetCommit;

  struct Partition {
    PartitionIndex partition_index;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const OffsetCommitResponse&, const OffsetCommitResponse&) = default;
};

/// Without membership (generation -1, empty member id) only while the group has no members.
struct OffsetCommitRequest {
  using Response = OffsetCommitResponse;
  static constexpr ApiKey kKey = ApiKey::kOffsetCommit;

  struct Partition {
    PartitionIndex partition_index;
    Offset committed_offset;
    LeaderEpoch committed_leader_epoch = kNoLeaderEpoch;
    std::int64_t commit_timestamp = -1;
    std::optional<std::string> committed_metadata;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::string group_id;
  std::int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::int64_t retention_time_ms = -1;  // -1: as the broker has it
  std::vector<Topic> topics;

  friend bool operator==(const OffsetCommitRequest&, const OffsetCommitRequest&) = default;
};

}  // namespace wharf::kafka
