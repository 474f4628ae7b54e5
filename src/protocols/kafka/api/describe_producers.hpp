#pragma once
// DescribeProducers (key 61): the idempotent and transactional producers that a partition knows (KIP-664).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DescribeProducersResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeProducers;

  struct Producer {
    ProducerId producer_id;
    std::int32_t producer_epoch = 0;
    std::int32_t last_sequence = -1;
    std::int64_t last_timestamp = -1;
    std::int32_t coordinator_epoch = 0;
    Offset current_txn_start_offset{-1};

    friend bool operator==(const Producer&, const Producer&) = default;
  };

  struct Partition {
    PartitionIndex partition_index;
    KafkaError error_code = KafkaError::kNone;
    std::optional<std::string> error_message;
    std::vector<Producer> active_producers;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const DescribeProducersResponse&, const DescribeProducersResponse&) = default;
};

struct DescribeProducersRequest {
  using Response = DescribeProducersResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeProducers;

  struct Topic {
    std::string name;
    std::vector<PartitionIndex> partition_indexes;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::vector<Topic> topics;

  friend bool operator==(const DescribeProducersRequest&, const DescribeProducersRequest&) = default;
};

}  // namespace wharf::kafka
