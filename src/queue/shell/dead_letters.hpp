#pragma once
// Where messages go that a queue gave up: behind this interface stands the router.
#include <functional>
#include <memory>
#include <string>

#include "model/time.hpp"
#include "queue/core/settings.hpp"
#include "queue/core/types.hpp"
#include "queue/shell/delivery.hpp"

namespace wharf::queue {

struct DeadLetter {
  std::string name_space, queue;   // that gave it up
  DeathReason reason;
  DeadLetterTarget target;
  Timestamp died;
  Delivery message;
};

class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  /// Calls back on the calling shard, not from inside the call: true once the message is kept where it goes, or goes nowhere;
  /// false: it could not be kept, the queue tries again later.
  virtual void bury(DeadLetter letter, std::move_only_function<void(bool)> done) = 0;
};

}  // namespace wharf::queue
