#pragma once
// ListOffsets (key 2): offsets by timestamp, and the ends of a partition.
#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct ListOffsetsResponse {
  static constexpr ApiKey kKey = ApiKey::kListOffsets;

  struct Partition {
    PartitionIndex partition_index;
    KafkaError error_code = KafkaError::kNone;
    std::vector<std::int64_t> old_style_offsets;  // version 0 only: at most max_num_offsets, falling
    std::int64_t timestamp = -1;
    Offset offset{-1};
    LeaderEpoch leader_epoch = kNoLeaderEpoch;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const ListOffsetsResponse&, const ListOffsetsResponse&) = default;
};

/// Special timestamps: -1 latest, -2 earliest, -3 highest timestamp (7+), -4 earliest local (8+), -5 latest tiered
/// (9+), -6 earliest pending upload (11).
struct ListOffsetsRequest {
  using Response = ListOffsetsResponse;
  static constexpr ApiKey kKey = ApiKey::kListOffsets;

  struct Partition {
    PartitionIndex partition_index;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    std::int64_t timestamp = 0;
    std::int32_t max_num_offsets = 1;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  NodeId replica_id;                // -1 from consumers
  std::int8_t isolation_level = 0;  // 0 read_uncommitted, 1 read_committed
  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;

  friend bool operator==(const ListOffsetsRequest&, const ListOffsetsRequest&) = default;
};

}  // namespace wharf::kafka
