#pragma once
// What goes into a queue.
#include <cstdint>

#include "log/owned_batches.hpp"

namespace wharf::queue {

/// New messages, one batch of one level.
struct Incoming {
  std::uint8_t level = 0;    // of all of them; at most the queue's max_priority
  log::OwnedBatches batch;
  std::uint64_t messages = 0;
  std::uint64_t body_bytes = 0;
  bool persistent = true;    // answered when on disk
  bool expiring = false;     // some have a limit of their own
};

}  // namespace wharf::queue
