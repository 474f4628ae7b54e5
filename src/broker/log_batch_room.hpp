#pragma once
// A log refuses a batch that is too large as a whole: messages that come together must not be too large together where
// each of them is small enough.
#include <algorithm>
#include <cstddef>

#include "config/topic_config.hpp"
#include "model/message.hpp"

namespace wharf::broker {

/// How full a log's batch may be, in bytes, for this message to go into it.
inline std::size_t room_for(const config::TopicConfig& log, const MessageView& message) {
  constexpr std::size_t kMostBatchBytes = 1 << 20;  // what consumers ask for at a time
  constexpr std::size_t kBesideContent = 4096;      // exchange, keys and short properties, and the record's own fields
  std::size_t content =
      message.body.size() + 2 * message.routing_key.size() + kBesideContent;  // it may be the key, too
  if (message.properties) content += 2 * message.properties->size();          // typed, and to read
  std::size_t most = std::min(kMostBatchBytes, static_cast<std::size_t>(log.max_message_bytes));
  return most - std::min(most, content);
}

}  // namespace wharf::broker
