#pragma once
// A queue as people declared it, and where it is. What the namespaces hold, what an engine opens.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "model/ids.hpp"
#include "model/property.hpp"
#include "queue/core/settings.hpp"

namespace wharf::queue {

/// Where a queue is: found by name once, then used without a lookup. One whose queue is gone is harmless.
struct QueueRef {
  TopicId id;
  ShardIndex shard;
  friend auto operator<=>(const QueueRef&, const QueueRef&) = default;
};

/// A client's connection, unique for as long as the node runs; owner of its exclusive queues.
using ConnectionId = StrongNumber<struct ConnectionIdTag, std::uint64_t>;

/// A queue as it was declared.
struct QueueInfo {
  std::string name_space, name;
  QueueRef ref;
  bool durable = false;
  bool auto_delete = false;               // goes with its last consumer, once it had one
  std::optional<ConnectionId> exclusive;  // goes with this connection, which alone may use it
  std::string type = "classic";           // as asked for: classic and quorum are the same here
  PropertyTable arguments;                // as they came
  QueueSettings declared;                 // what they mean
  QueueSettings settings;                 // what holds: that, and the policies that apply to it

  /// Whether it is there after a restart: an exclusive queue never is, whatever it was declared as.
  bool survives() const { return durable && !exclusive; }
};

struct QueueCounts {
  std::uint64_t ready = 0;
  std::uint64_t unsettled = 0;
  std::uint64_t consumers = 0;
};

}  // namespace wharf::queue
