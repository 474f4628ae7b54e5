#pragma once
// DescribeLogDirs (key 35): size of each partition on disk (KIP-113), room on the disk from 4 on (KIP-827).
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct DescribeLogDirsResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeLogDirs;

  struct Partition {
    PartitionIndex partition_index;
    std::int64_t partition_size = 0;
    std::int64_t offset_lag = 0;  // behind the high watermark
    bool is_future_key = false;

    friend bool operator==(const Partition&, const Partition&) = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  struct LogDir {
    KafkaError error_code = KafkaError::kNone;
    std::string log_dir;
    std::vector<Topic> topics;
    std::int64_t total_bytes = -1;   // of the file system; -1: unknown
    std::int64_t usable_bytes = -1;  // of the file system; -1: unknown
    bool is_cordoned = false;

    friend bool operator==(const LogDir&, const LogDir&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::vector<LogDir> results;

  friend bool operator==(const DescribeLogDirsResponse&, const DescribeLogDirsResponse&) = default;
};

struct DescribeLogDirsRequest {
  using Response = DescribeLogDirsResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeLogDirs;

  struct Topic {
    std::string topic;
    std::vector<PartitionIndex> partitions;

    friend bool operator==(const Topic&, const Topic&) = default;
  };

  std::optional<std::vector<Topic>> topics{std::in_place};  // null: all

  friend bool operator==(const DescribeLogDirsRequest&, const DescribeLogDirsRequest&) = default;
};

}  // namespace wharf::kafka
