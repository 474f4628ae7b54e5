#include "broker/routed_message.hpp"

#include <algorithm>

namespace wharf::broker {
namespace {

std::vector<std::byte> finished(BatchBuilder& builder) {
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);  // what comes together is far below a batch's limit, and nothing is compressed
  return std::move(*bytes);
}

}  // namespace

routing::MessageView for_routing(const MessageView& message, std::span<const std::string_view> extra_keys,
                                 const PropertyTable* headers) {
  return {.routing_key = message.routing_key,
          .extra_keys = extra_keys,
          .headers = headers,
          .message_id = message.message_id,
          .correlation_id = message.correlation_id,
          .timestamp = message.timestamp_seconds};
}

bool is_persistent(const MessageView& message) {
  constexpr std::uint8_t kPersistent = 2;  // delivery mode
  return message.delivery_mode == kPersistent;
}

void forget_retaining(MessageView& message) {
  if (message.mqtt_flags) *message.mqtt_flags &= static_cast<std::uint8_t>(~kMqttRetain);
}

std::uint8_t level_in(const QueueInfo& queue, const MessageView& message) {
  return std::min(message.priority.value_or(0), queue.settings.max_priority);
}

log::OwnedBatches batch_of(BatchBuilder& builder) {
  return log::own(finished(builder));
}

std::vector<std::byte> bytes_of(const MessageView& message, Timestamp now, const std::optional<MessageNumber>& number) {
  BatchBuilder builder{BatchOptions{}};
  if (number) builder.set_number(*number);
  append_message(builder, message, now);
  return finished(builder);
}

queue::Delivery delivery_of(const MessageView& message, Timestamp now) {
  auto owner = std::make_shared<const std::vector<std::byte>>(bytes_of(message, now));
  Result<BatchView> batch = read_batch(*owner);
  WHARF_ASSERT(batch);
  queue::Delivery delivery{.owner = owner};
  RecordReader reader(batch->header, batch->records());
  Result<bool> read = reader.next(delivery.record);
  WHARF_ASSERT(read && *read);
  return delivery;
}

EnqueuePart part_for(const QueueInfo& queue, const MessageView& message, Timestamp now) {
  return {queue.ref,
          {.level = level_in(queue, message),
           .batch = log::own(bytes_of(message, now)),
           .messages = 1,
           .body_bytes = message.body.size(),
           .persistent = is_persistent(message),
           .expiring = message.expiration.has_value()}};
}

std::vector<std::string> texts_of(const PropertyTable& headers, std::string_view name) {
  std::vector<std::string> texts;
  const PropertyValue* value = find_property(headers, name);
  const PropertyList* list = value != nullptr ? value->get_if<PropertyList>() : nullptr;
  if (list == nullptr) return texts;
  for (const PropertyValue& one : *list) {
    if (one.text() != nullptr) texts.push_back(*one.text());
  }
  return texts;
}

}  // namespace wharf::broker
