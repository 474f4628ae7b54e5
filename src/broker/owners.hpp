#pragma once
// Port: the connections that have a queue to themselves. A client whose network broke without a word comes back by
// another connection and asks for its queue; the old connection is found out then, and not when a heartbeat is missed.
//
//   door.owners.add(shard, id, connection);
//   bool gone = co_await door.owners.is_gone(shard, *queue.exclusive, introduction);
//   door.owners.remove(shard, id);
#include "broker/shard_traffic.hpp"
#include "queue/core/queue_info.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

using queue::ConnectionId;

/// One such connection, on its own shard.
class Owner {
 public:
  virtual ~Owner() = default;
  /// The same client, as far as one can tell: its user, and all that it says of itself.
  virtual bool resembles(const ConnectionIntroduction& claimant) const = 0;
  /// Sends what the other machine confirms by itself.
  virtual void challenge() = 0;
  /// Whether that machine has confirmed all that it was sent.
  virtual bool has_answered() = 0;
  /// It ends, without a word to the client.
  virtual void give_up() = 0;
};

class Owners {
 public:
  virtual ~Owners() = default;
  /// Until remove(), which comes when its queues are gone. `owner` is `here`'s.
  virtual void add(runtime::Shard& here, ConnectionId id, Owner& owner) = 0;
  virtual void remove(runtime::Shard& here, ConnectionId id) = 0;
  /// True: it is gone, with its queues; where it had to be found out, it was ended. False: it is there, or it is
  /// somebody else. Takes a second at most to tell.
  virtual runtime::Task<bool> is_gone(runtime::Shard& here, ConnectionId id, IntroductionPointer claimant) = 0;
};

}  // namespace wharf::broker
