#pragma once
// DeleteRecords (key 21): moves a partition's log start offset forward (KIP-107).
#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/records.hpp"

namespace wharf::kafka {

struct DeleteRecordsResponse {
  static constexpr ApiKey kKey = ApiKey::kDeleteRecords;

  struct Partition {
    PartitionIndex partition_index;
    Offset low_watermark;
    KafkaError error_code = KafkaError::kNone;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  friend bool operator==(const DeleteRecordsResponse&, const DeleteRecordsResponse&) = default;
};

struct DeleteRecordsRequest {
  using Response = DeleteRecordsResponse;
  static constexpr ApiKey kKey = ApiKey::kDeleteRecords;

  struct Partition {
    PartitionIndex partition_index;
    Offset offset;  // records before it go; -1: all up to the high watermark

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;

  friend bool operator==(const DeleteRecordsRequest&, const DeleteRecordsRequest&) = default;
};

}  // namespace wharf::kafka
