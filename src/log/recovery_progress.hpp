#pragma once
// How far a start is, for whoever waits for it.
#include <atomic>
#include <cstdint>

namespace wharf::log {

/// Filled while LogStore::open() recovers; any thread may read it.
struct RecoveryProgress {
  std::atomic<std::uint64_t> partitions_done = 0;
  std::atomic<std::uint64_t> partitions_total = 0;  // rises as the stores find theirs
  std::atomic<std::uint64_t> scanned_bytes = 0;     // of segments that no checkpoint vouches for
};

}  // namespace wharf::log
