#pragma once
// Which partition a key goes to, as Kafka's Java client decides (murmur2): programs that share a topic agree on it.
#include <cstddef>
#include <cstdint>

#include "model/bytes.hpp"

namespace wharf {

/// Murmur2 with Kafka's seed, as org.apache.kafka.common.utils.Utils.murmur2.
std::uint32_t murmur2(ByteView key);

/// A place from 0 to `partitions` - 1.
inline std::size_t murmur2_partition(ByteView key, std::size_t partitions) {
  return (murmur2(key) & 0x7FFFFFFFu) % partitions;
}

}  // namespace wharf
