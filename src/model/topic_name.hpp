#pragma once
// Kafka's rule for names of topics (Topic.validate in its clients).
#include <cstddef>
#include <string_view>

namespace wharf {

inline constexpr std::size_t kTopicNameBytesMax = 249;

/// Kafka's clients can say it: up to 249 of [a-zA-Z0-9._-], neither "." nor "..". Whether it may be empty is for the caller.
bool is_topic_name(std::string_view name);

}  // namespace wharf
