#pragma once
// Changing a topic's overrides, as IncrementalAlterConfigs asks (KIP-339). Pure: overrides in, overrides out. The
// result is checked as a whole by TopicConfig::make.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/topic_config.hpp"

namespace wharf::config {

/// With the numbers of the wire.
enum class AlterOperation : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

struct Alteration {
  std::string name;
  AlterOperation operation = AlterOperation::kSet;
  std::optional<std::string> value;
};

/// All alterations or none. Deleting what is not set, or not known, changes nothing. Append and subtract work on the
/// items of a list, starting from the server's default where the topic has none of its own. Errors: kInvalidRequest for
/// a missing value or a name given twice, kInvalidArgument for append or subtract on what is no list, an unknown name,
/// a bad value.
Result<Overrides> alter(const ServerConfig& server, Overrides overrides, const std::vector<Alteration>& alterations);

}  // namespace wharf::config
