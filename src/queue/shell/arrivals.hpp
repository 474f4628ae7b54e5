#pragma once
// Where a message has arrived that could not be sent to all the places it goes to: a later try leaves these out, or
// they would have it again with each try for as long as one of the others fails.
#include <string>
#include <variant>
#include <vector>

#include "model/ids.hpp"

namespace wharf::queue {

/// The schedule, until the message's time in the queue of that name.
struct HeldForQueue {
  std::string name;
  friend bool operator==(const HeldForQueue&, const HeldForQueue&) = default;
};

/// A queue, a log, an exchange that holds it back, or a queue that it is held for.
using Place = std::variant<TopicId, PartitionId, std::string, HeldForQueue>;
using Arrivals = std::vector<Place>;

}  // namespace wharf::queue
