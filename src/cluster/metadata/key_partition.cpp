#include "cluster/metadata/key_partition.hpp"

namespace wharf::cluster {

PartitionId partition_of_key(const Topic& topic, std::string_view routing_key) {
  if (routing_key.empty() || topic.partitions <= 1) return topic.partition(0);
  std::uint32_t hash = 2'166'136'261u;  // FNV-1a
  for (char c : routing_key) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16'777'619u;
  return topic.partition(static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(topic.partitions)));
}

}  // namespace wharf::cluster
