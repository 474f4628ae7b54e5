#pragma once
// Choosing some of a topic's partitions: "0,3-5".
#include <string_view>
#include <vector>

#include "client/cluster.hpp"

namespace wharf::cli {

/// Numbers and ranges, rising and each once. Errors: kInvalidArgument.
Result<std::vector<PartitionIndex>> parse_partitions(std::string_view text);
/// Those of the topic that `text` names; all of them for an empty text. Errors: kInvalidArgument, kNotFound.
Result<std::vector<client::Partition>> choose_partitions(const client::Topic& topic, std::string_view text);

}  // namespace wharf::cli
