#pragma once
// OffsetForLeaderEpoch (key 23): where a leader epoch ended, for consumers and followers that may have to truncate
// (KIP-101, KIP-320).
#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct OffsetForLeaderEpochResponse {
  static constexpr ApiKey kKey = ApiKey::kOffsetForLeaderEpoch;

  struct Partition {
    KafkaError error_code = KafkaError::kNone;
    PartitionIndex partition;
    LeaderEpoch leader_epoch = kNoLeaderEpoch;
    Offset end_offset{-1};

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const OffsetForLeaderEpochResponse&, const OffsetForLeaderEpochResponse&) = default;
};

struct OffsetForLeaderEpochRequest {
  using Response = OffsetForLeaderEpochResponse;
  static constexpr ApiKey kKey = ApiKey::kOffsetForLeaderEpoch;

  struct Partition {
    PartitionIndex partition;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    LeaderEpoch leader_epoch;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  NodeId replica_id{-2};  // -1 from consumers, -2 from tools
  std::vector<Topic> topics;

  friend bool operator==(const OffsetForLeaderEpochRequest&, const OffsetForLeaderEpochRequest&) = default;
};

}  // namespace wharf::kafka
