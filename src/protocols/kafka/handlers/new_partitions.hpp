#pragma once
// What CreateTopics and CreatePartitions check alike: where a client wants partitions to be, and how many it wants at
// once.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/handlers/api_error.hpp"

namespace wharf::kafka {

/// Kafka's limit of partitions that one request may make: POLICY_VIOLATION beyond it.
inline constexpr std::int64_t kMaxNewPartitions = 10'000;
ApiError too_many_partitions();

/// The nodes one partition shall be on. `replicas`: how many the partitions before it have. INVALID_REPLICA_ASSIGNMENT
/// unless it is this node, once.
ApiError check_replicas(const std::vector<NodeId>& nodes, std::optional<std::size_t> replicas, NodeId here);

}  // namespace wharf::kafka
