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
#include "queue/shell/arrivals.hpp"
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
  std::optional<Arrivals> before = {};  // of a try before this one
};

class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  /// Nothing is left to do: the message is kept where it goes, or goes nowhere. Else it could not be kept everywhere:
  /// the queue tries again later, with what is told here.
  using Done = std::move_only_function<void(std::optional<Arrivals> left)>;
  /// Calls back on the calling shard, not from inside the call.
  virtual void bury(DeadLetter letter, Done done) = 0;
  /// Undeliverable ones are kept in kParkedQueue where they have no target.
  virtual bool parks() const { return false; }
};

}  // namespace wharf::queue
