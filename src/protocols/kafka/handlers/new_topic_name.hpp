#pragma once
// What a topic that is to be made may be called, whoever makes it: CreateTopics, or Metadata by itself.
#include <string>

#include "cluster/metadata/topic_table.hpp"
#include "protocols/kafka/handlers/api_error.hpp"

namespace wharf::kafka {

/// INVALID_TOPIC_EXCEPTION: not a legal name, or one that differs from another topic's in '.' and '_' alone, which are
/// the same in names of metrics. INVALID_REQUEST: one that Kafka keeps for itself. In Kafka's order, with its
/// sentences.
ApiError check_new_topic_name(const cluster::TopicTable& topics, const std::string& name);

}  // namespace wharf::kafka
