#pragma once
// Fetch (key 1): reads record batches from an offset on, waiting for them where there are too few.
// Sessions from 7 on (KIP-227), topics by id from 13 on (KIP-516).
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/records.hpp"

namespace wharf::kafka {

/// In an incremental session only partitions with something to say.
struct FetchResponse {
  static constexpr ApiKey kKey = ApiKey::kFetch;

  struct EpochEndOffset {
    LeaderEpoch epoch = kNoLeaderEpoch;
    Offset end_offset{-1};

    friend bool operator==(const EpochEndOffset&, const EpochEndOffset&) = default;
  };

  struct LeaderIdAndEpoch {
    NodeId leader_id{-1};
    LeaderEpoch leader_epoch = kNoLeaderEpoch;

    friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
  };

  struct SnapshotId {
    Offset end_offset{-1};
    LeaderEpoch epoch = kNoLeaderEpoch;

    friend bool operator==(const SnapshotId&, const SnapshotId&) = default;
  };

  struct AbortedTransaction {
    ProducerId producer_id;
    Offset first_offset;

    friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
  };

  struct Partition {
    PartitionIndex partition_index;
    KafkaError error_code = KafkaError::kNone;
    Offset high_watermark;
    Offset last_stable_offset{-1};
    Offset log_start_offset{-1};
    EpochEndOffset diverging_epoch;   // where last_fetched_epoch is not on the leader's history
    LeaderIdAndEpoch current_leader;  // on NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH
    SnapshotId snapshot_id;
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{std::in_place};  // null with read_uncommitted
    NodeId preferred_read_replica{-1};
    std::optional<Records> records;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string topic;
    TopicId topic_id;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct NodeEndpoint {
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::int32_t session_id = 0;
  std::vector<Topic> responses;
  std::vector<NodeEndpoint> node_endpoints;  // of the leaders named above

  friend bool operator==(const FetchResponse&, const FetchResponse&) = default;
};

/// Waits up to max_wait_ms until min_bytes are there. The first batch of the first partition with data comes whole
/// even above the limits (KIP-74).
struct FetchRequest {
  using Response = FetchResponse;
  static constexpr ApiKey kKey = ApiKey::kFetch;

  struct ReplicaState {
    NodeId replica_id{-1};  // -1 from consumers; from 15 on in replica_state
    std::int64_t replica_epoch = -1;

    friend bool operator==(const ReplicaState&, const ReplicaState&) = default;
  };

  struct Partition {
    PartitionIndex partition;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    Offset fetch_offset;
    LeaderEpoch last_fetched_epoch = kNoLeaderEpoch;
    Offset log_start_offset{-1};
    std::int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;
    Offset high_watermark{std::numeric_limits<std::int64_t>::max()};

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string topic;
    TopicId topic_id;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct ForgottenTopic {
    std::string topic;
    TopicId topic_id;
    std::vector<PartitionIndex> partitions;

    friend bool operator==(const ForgottenTopic&, const ForgottenTopic&) = default;
  };

  std::optional<std::string> cluster_id;
  NodeId replica_id{-1};  // -1 from consumers; from 15 on in replica_state
  ReplicaState replica_state;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
  std::int8_t isolation_level = 0;  // 0 read_uncommitted, 1 read_committed
  std::int32_t session_id = 0;      // 0: no session, or a new one
  std::int32_t session_epoch = -1;  // -1 no session, 0 a new one, above: the next of this one
  std::vector<Topic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;

  friend bool operator==(const FetchRequest&, const FetchRequest&) = default;
};

}  // namespace wharf::kafka
