#pragma once
// DescribeTopicPartitions (key 75): topics and partitions page by page (KIP-966).
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DescribeTopicPartitionsResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeTopicPartitions;

  struct Partition {
    KafkaError error_code = KafkaError::kNone;
    PartitionIndex partition_index;
    NodeId leader_id;
    LeaderEpoch leader_epoch = kNoLeaderEpoch;
    std::vector<NodeId> replica_nodes;
    std::vector<NodeId> isr_nodes;
    std::optional<std::vector<NodeId>> eligible_leader_replicas;
    std::optional<std::vector<NodeId>> last_known_elr;
    std::vector<NodeId> offline_replicas;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> name;
    TopicId topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    /// bits by operation; the lowest number where nobody asked
    std::int32_t topic_authorized_operations = std::numeric_limits<std::int32_t>::min();

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct Cursor {
    std::string topic_name;
    PartitionIndex partition_index;

    friend bool operator==(const Cursor&, const Cursor&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  std::optional<Cursor> next_cursor;  // null: this was the last page

  friend bool operator==(const DescribeTopicPartitionsResponse&, const DescribeTopicPartitionsResponse&) = default;
};

struct DescribeTopicPartitionsRequest {
  using Response = DescribeTopicPartitionsResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeTopicPartitions;

  struct Topic {
    std::string name;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct Cursor {
    std::string topic_name;
    PartitionIndex partition_index;

    friend bool operator==(const Cursor&, const Cursor&) = default;
  };

  std::vector<Topic> topics;
  std::int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;  // where the page begins; null: at the first

  friend bool operator==(const DescribeTopicPartitionsRequest&, const DescribeTopicPartitionsRequest&) = default;
};

}  // namespace wharf::kafka
