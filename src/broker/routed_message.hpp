#pragma once
// A message between two queues or exchanges: as a record of its own, and on its way into queues again.
#include <string>
#include <string_view>
#include <vector>

#include "broker/entities.hpp"
#include "broker/queues.hpp"
#include "model/message.hpp"
#include "model/property.hpp"

namespace wharf::broker {

/// A batch of this one message.
std::vector<std::byte> bytes_of(const MessageView& message, Timestamp now);

/// As it would come out of a queue; may cross shards.
queue::Delivery delivery_of(const MessageView& message, Timestamp now);

/// A batch of this one message, for this queue.
EnqueuePart part_for(const QueueInfo& queue, const MessageView& message, Timestamp now);

/// The texts of a header that is a list of them (CC).
std::vector<std::string> texts_of(const PropertyTable& headers, std::string_view name);

}  // namespace wharf::broker
