#pragma once
// Offsets of a topic's partitions: first, next, and by time.
#include <cstdint>
#include <map>

#include "client/cluster.hpp"

namespace wharf::client {

/// In place of a time in milliseconds since 1970 UTC:
inline constexpr std::int64_t kLatest = -1;    // the next offset: the high watermark
inline constexpr std::int64_t kEarliest = -2;  // the log's start

using PartitionOffsets = std::map<PartitionIndex, Offset>;

/// Of every partition, the offset of the first record at or after `time_ms`; -1 where there is none. Each is asked from
/// its leader. Errors: as the broker refuses.
runtime::Task<Result<PartitionOffsets>> offsets_of(Cluster* cluster, Topic topic, std::int64_t time_ms);

/// The same, where one connection's broker leads them all.
runtime::Task<Result<PartitionOffsets>> offsets_of(Connection* leader, Topic topic, std::int64_t time_ms);

}  // namespace wharf::client
