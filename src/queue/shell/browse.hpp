#pragma once
// Looking at what is in a queue without taking it: no count, no order, no clock of the queue changes by it.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "queue/shell/delivery.hpp"

namespace wharf::queue {

struct BrowseRequest {
  MessageId from = kFrontOfQueue;  // the first place that is looked at
  std::uint64_t messages = 100;    // at most
  std::uint64_t bytes = 1u << 20;  // of the logs are held by the answer before it ends; one more read may go over
  std::string selector;            // shows only messages that match (docs/selectors.md); empty: all
};

/// Which of the ready messages are dropped.
struct SelectivePurge {
  std::string selector;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  // the oldest, of the lowest levels first
};

/// A message as it stood when it was looked at.
struct BrowsedMessage {
  Delivery message;
  Whereabouts where = Whereabouts::kReady;
};

struct Browsed {
  std::vector<BrowsedMessage> messages;  // by level from the highest, then in the order of arrival, whoever has them
  std::optional<MessageId> next;         // where to go on; none: that was the queue's end
};

}  // namespace wharf::queue
