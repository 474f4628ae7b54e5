#pragma once
// Which partition a key goes to: as Kafka's Java client decides.
#include "model/murmur2.hpp"

namespace wharf::client {

using wharf::murmur2;

/// A place from 0 to `partitions` - 1.
inline std::size_t partition_of_key(ByteView key, std::size_t partitions) { return murmur2_partition(key, partitions); }

}  // namespace wharf::client
