#pragma once
// Where messages go that a queue gave up: behind this interface stands the router.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.hpp"
#include "queue/core/settings.hpp"
#include "queue/core/types.hpp"
#include "queue/shell/delivery.hpp"

namespace wharf::queue {

/// Of each namespace that had such messages: those that came back more often than they may, and would go nowhere.
inline constexpr std::string_view kParkedQueue = "wharf.parked";

struct DeadLetter {
  std::string name_space, queue;  // that gave it up
  DeathReason reason;
  std::optional<DeadLetterTarget> target;  // none: it is to be parked
  Timestamp died;
  Delivery message;
};

class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  /// Calls back on the calling shard, not from inside the call: true once the message is kept where it goes, or goes
  /// nowhere; false: it could not be kept, the queue tries again later.
  virtual void bury(DeadLetter letter, std::move_only_function<void(bool)> done) = 0;
  /// Undeliverable ones are kept in kParkedQueue where they have no target.
  virtual bool parks() const { return false; }
};

}  // namespace wharf::queue
