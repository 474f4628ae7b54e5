#pragma once
// The topic of retained messages, as who writes and who reads it agree: a record's key names namespace and topic.
#include <cstdint>
#include <string>
#include <string_view>

namespace wharf::broker {

inline constexpr std::string_view kRetainedTopic = "__retained";
inline constexpr std::int32_t kRetainedPartitions = 4;

/// Two bytes of length and the namespace, then the routing key: sorted, one namespace's stand together.
std::string retained_key(std::string_view name_space, std::string_view routing_key);

}  // namespace wharf::broker
