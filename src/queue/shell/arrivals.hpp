#pragma once
// Where a message has arrived that could not be sent to all the places it goes to: a later try leaves these out, or
// they would have it again with each try for as long as one of the others fails.
#include <string>
#include <variant>
#include <vector>

#include "model/ids.hpp"

namespace wharf::queue {

/// A queue, a log, or an exchange that holds it back.
using Place = std::variant<TopicId, PartitionId, std::string>;
using Arrivals = std::vector<Place>;

}  // namespace wharf::queue
