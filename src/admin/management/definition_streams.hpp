#pragma once
// Log topics that definitions speak of: those that a client of AMQP could have declared as streams. What Kafka's
// clients have given other settings, or more partitions, would come back as something else.
#include <memory>

#include "cluster/metadata/topic_table.hpp"
#include "protocols/amqp091/session/stream_arguments.hpp"

namespace wharf::management {

using StreamPointer = std::shared_ptr<const cluster::Topic>;

/// nullptr: no.
inline bool is_stream(const cluster::Topic* topic) {
  if (topic == nullptr || topic->internal || topic->partitions != 1) return false;
  amqp091::TopicSettings settings = topic->overrides;
  settings.erase("max.message.bytes");
  amqp091::Outcome<amqp091::TopicSettings> declared =
      amqp091::stream_settings(amqp091::stream_arguments(settings), {topic->name, topic->name_space});
  return declared && *declared == settings;
}

}  // namespace wharf::management
