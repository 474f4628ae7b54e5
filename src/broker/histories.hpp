#pragma once
// Port: the last messages that came by exchanges of the type x-recent-history, for what is bound to them later. In
// memory, as in RabbitMQ: a restart forgets them.
#include <cstdint>
#include <string>
#include <vector>

#include "queue/shell/delivery.hpp"
#include "runtime/shard.hpp"

namespace wharf::broker {

struct HistoryEntry {
  std::string name_space, exchange;
  std::uint32_t most = 0;   // messages that this exchange remembers
  queue::Delivery message;  // its id means nothing
};

class Histories {
 public:
  virtual ~Histories() = default;
  /// In one hop per shard. What was handed in before a binding is asked for is there for it.
  virtual void remember(runtime::Shard& here, std::vector<HistoryEntry> entries) = 0;
};

}  // namespace wharf::broker
