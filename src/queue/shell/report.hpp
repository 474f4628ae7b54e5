#pragma once
// What a queue keeps on disk, and which messages keep it there.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/time.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

/// The oldest message of a level that is not settled: what came after it stays on disk as long as it does, until most
/// of that is settled.
struct OldestMessage {
  MessageId id;
  Whereabouts where = Whereabouts::kReady;
  // Of one that is in flight:
  std::string consumer_tag, connection;  // empty: got by somebody who does not consume
  Milliseconds held_for{0};
};

struct QueueReport {
  std::uint64_t disk_bytes = 0;       // of its logs, also those on their way to the disk
  std::uint64_t live_bytes = 0;       // of them, bodies of messages that are not settled
  std::vector<OldestMessage> oldest;  // of each level that has a message, the highest first
};

}  // namespace wharf::queue
