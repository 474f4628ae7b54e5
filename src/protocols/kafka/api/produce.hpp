#pragma once
// Produce (key 0): appends record batches to partitions.
// From 3 on batches have magic 2, before that they may be message sets of magic 0 and 1. From 13 on topics go by id
// (KIP-516).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/records.hpp"

namespace wharf::kafka {

/// Answers in the request's order of topics and partitions.
struct ProduceResponse {
  static constexpr ApiKey kKey = ApiKey::kProduce;

  struct RecordError {
    std::int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;

    friend bool operator==(const RecordError&, const RecordError&) = default;
  };

  struct LeaderIdAndEpoch {
    NodeId leader_id{-1};
    LeaderEpoch leader_epoch = kNoLeaderEpoch;

    friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
  };

  struct Partition {
    PartitionIndex index;
    KafkaError error_code = KafkaError::kNone;
    Offset base_offset;                    // of the first record; -1 on an error (set it)
    std::int64_t log_append_time_ms = -1;  // -1 with message.timestamp.type = CreateTime
    Offset log_start_offset{-1};
    std::vector<RecordError> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;  // on NOT_LEADER_OR_FOLLOWER (KIP-951)

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partition_responses;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct NodeEndpoint {
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
  };

  std::vector<Topic> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;  // of the leaders named above

  friend bool operator==(const ProduceResponse&, const ProduceResponse&) = default;
};

/// With acks = 0 there is no response at all, not even for an error.
struct ProduceRequest {
  using Response = ProduceResponse;
  static constexpr ApiKey kKey = ApiKey::kProduce;

  struct Partition {
    PartitionIndex index;
    std::optional<Records> records;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partition_data;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::optional<std::string> transactional_id;
  std::int16_t acks = 0;  // 0 none, 1 the leader has it, -1 all in-sync replicas have it
  std::int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;

  friend bool operator==(const ProduceRequest&, const ProduceRequest&) = default;
};

}  // namespace wharf::kafka
