#pragma once
// Metadata (key 3): brokers, topics, partitions and who leads them.
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

namespace wharf::kafka {

struct MetadataResponse {
  static constexpr ApiKey kKey = ApiKey::kMetadata;

  struct Broker {
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    friend bool operator==(const Broker&, const Broker&) = default;
  };

  struct Partition {
    KafkaError error_code = KafkaError::kNone;
    PartitionIndex partition_index;
    NodeId leader_id;
    LeaderEpoch leader_epoch = kNoLeaderEpoch;
    std::vector<NodeId> replica_nodes;
    std::vector<NodeId> isr_nodes;
    std::vector<NodeId> offline_replicas;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> name = "";
    TopicId topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    /// bits by operation; the lowest number where nobody asked
    std::int32_t topic_authorized_operations = std::numeric_limits<std::int32_t>::min();

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  NodeId controller_id{-1};
  std::vector<Topic> topics;
  /// bits by operation; the lowest number where nobody asked
  std::int32_t cluster_authorized_operations = std::numeric_limits<std::int32_t>::min();
  KafkaError error_code = KafkaError::kNone;

  friend bool operator==(const MetadataResponse&, const MetadataResponse&) = default;
};

struct MetadataRequest {
  using Response = MetadataResponse;
  static constexpr ApiKey kKey = ApiKey::kMetadata;

  struct Topic {
    TopicId topic_id;
    std::optional<std::string> name = "";  // null: by id (12+)

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::optional<std::vector<Topic>> topics{std::in_place};  // null (1+), or empty in 0: all of them
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  friend bool operator==(const MetadataRequest&, const MetadataRequest&) = default;
};

}  // namespace wharf::kafka
