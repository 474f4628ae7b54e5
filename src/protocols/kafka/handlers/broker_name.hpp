#pragma once
// Brokers as config resources name them: the node id in digits.
#include <string_view>

#include "model/ids.hpp"
#include "protocols/kafka/handlers/api_error.hpp"

namespace wharf::kafka {

/// INVALID_REQUEST unless `name` is this node's id. `may_be_empty` only words the sentence: whether all brokers may be meant.
ApiError check_broker_name(std::string_view name, NodeId here, bool may_be_empty);

}  // namespace wharf::kafka
