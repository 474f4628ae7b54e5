#pragma once
// A message between two queues or exchanges: as a record of its own, and on its way into queues again.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/entities.hpp"
#include "broker/queues.hpp"
#include "model/message.hpp"
#include "model/property.hpp"
#include "model/record_batch_builder.hpp"
#include "routing/core/message_view.hpp"

namespace wharf::broker {

/// As the routing table looks at it. `extra_keys` (of CC and BCC) and `headers` (none: not known) outlive what comes
/// back.
routing::MessageView for_routing(const MessageView& message, std::span<const std::string_view> extra_keys,
                                 const PropertyTable* headers);

/// It asks to survive a restart. Where it does not, nobody waits for the disk on its behalf.
bool is_persistent(const MessageView& message);

/// Its topic keeps it as the last message when it is published, and not once more when it is sent on.
void forget_retaining(MessageView& message);

/// The level of this queue that it goes to.
std::uint8_t level_in(const QueueInfo& queue, const MessageView& message);

/// What was built of messages, and is not compressed.
log::OwnedBatches batch_of(BatchBuilder& builder);

/// A batch of this one message.
std::vector<std::byte> bytes_of(const MessageView& message, Timestamp now,
                                const std::optional<MessageNumber>& number = {});

/// As it would come out of a queue; may cross shards.
queue::Delivery delivery_of(const MessageView& message, Timestamp now);

/// A batch of this one message, for this queue.
EnqueuePart part_for(const QueueInfo& queue, const MessageView& message, Timestamp now);

/// The texts of a header that is a list of them (CC).
std::vector<std::string> texts_of(const PropertyTable& headers, std::string_view name);

}  // namespace wharf::broker
