#pragma once
// Where a message with a routing key goes in a log topic, whichever door it came by.
#include <string_view>

#include "cluster/metadata/topic_table.hpp"
#include "model/ids.hpp"

namespace wharf::cluster {

/// The same key, the same partition; the first one for an empty key.
PartitionId partition_of_key(const Topic& topic, std::string_view routing_key);

}  // namespace wharf::cluster
