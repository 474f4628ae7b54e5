#include "protocols/kafka/handlers/new_partitions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wharf::kafka {
namespace {

ApiError refuse(std::string why) {
  return {KafkaError::kInvalidReplicaAssignment, fmt::format("The manual partition assignment includes {}", why)};
}

}  // namespace

ApiError too_many_partitions() {
  return {KafkaError::kPolicyViolation, "Excessively large number of partitions per request."};
}

ApiError check_replicas(const std::vector<NodeId>& nodes, std::optional<std::size_t> replicas, NodeId here) {
  if (nodes.empty()) return refuse("an empty replica list.");
  std::vector<NodeId> sorted = nodes;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != here) return refuse(fmt::format("broker {}, but no such broker is registered.", sorted[i].value));
    if (i > 0 && sorted[i] == sorted[i - 1])
      return refuse(fmt::format("the broker {} more than once.", sorted[i].value));
  }
  if (replicas && sorted.size() != *replicas) {
    return refuse(
        fmt::format("a partition with {} replica(s), but this is not consistent with previous partitions, which have "
                    "{} replica(s).",
                    sorted.size(), *replicas));
  }
  return {};
}

}  // namespace wharf::kafka
