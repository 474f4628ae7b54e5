#pragma once
// DescribeCluster (key 60): id, controller and brokers of the cluster (KIP-700).
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

struct DescribeClusterResponse {
  static constexpr ApiKey kKey = ApiKey::kDescribeCluster;

  struct Broker {
    NodeId broker_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;

    friend bool operator==(const Broker&, const Broker&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;  // 1 brokers, 2 controllers
  std::string cluster_id;
  NodeId controller_id{-1};
  std::vector<Broker> brokers;
  /// bits by operation; the lowest number where nobody asked
  std::int32_t cluster_authorized_operations = std::numeric_limits<std::int32_t>::min();

  friend bool operator==(const DescribeClusterResponse&, const DescribeClusterResponse&) = default;
};

struct DescribeClusterRequest {
  using Response = DescribeClusterResponse;
  static constexpr ApiKey kKey = ApiKey::kDescribeCluster;

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;  // 1 brokers, 2 controllers
  bool include_fenced_brokers = false;

  friend bool operator==(const DescribeClusterRequest&, const DescribeClusterRequest&) = default;
};

}  // namespace wharf::kafka
