#pragma once
// Messages that wait until they are due: as they come, and as they are listed.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/time.hpp"
#include "queue/core/schedule_bucket.hpp"
#include "queue/core/schedule_envelope.hpp"

namespace wharf::queue {

/// A message that is to wait.
struct Delayed {
  ScheduleEnvelope envelope;
  std::vector<std::byte> batch;  // with this one message, as model/message.hpp writes it
  bool persistent = true;        // answered when on disk
};

/// One that waits, as it is listed.
struct Scheduled {
  ScheduledId id;
  Timestamp due;
  std::string name_space, exchange, routing_key;
  std::uint64_t body_bytes = 0;
};

struct ScheduledPage {
  std::vector<Scheduled> messages;
  std::optional<ScheduledId> next;  // goes on behind it; a page may be short, or empty, although there is more
};

}  // namespace wharf::queue
