#pragma once
// OffsetDelete (key 47): deletes a group's offsets of some partitions (KIP-496).
#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct OffsetDeleteResponse {
  static constexpr ApiKey kKey = ApiKey::kOffsetDelete;

  struct Partition {
    PartitionIndex partition_index;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  KafkaError error_code = KafkaError::kNone;
  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const OffsetDeleteResponse&, const OffsetDeleteResponse&) = default;
};

struct OffsetDeleteRequest {
  using Response = OffsetDeleteResponse;
  static constexpr ApiKey kKey = ApiKey::kOffsetDelete;

  struct Partition {
    PartitionIndex partition_index;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::string group_id;
  std::vector<Topic> topics;

  friend bool operator==(const OffsetDeleteRequest&, const OffsetDeleteRequest&) = default;
};

}  // namespace wharf::kafka
