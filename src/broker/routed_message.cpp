#include "broker/routed_message.hpp"

#include <algorithm>

namespace wharf::broker {

std::vector<std::byte> bytes_of(const MessageView& message, Timestamp now) {
  BatchBuilder builder{BatchOptions{}};
  append_message(builder, message, now);
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);  // a message is far below a batch's limit, and nothing is compressed
  return std::move(*bytes);
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
  constexpr std::uint8_t kPersistent = 2;  // delivery mode
  return {queue.ref,
          {.level = std::min(message.priority.value_or(0), queue.settings.max_priority),
           .batch = log::own(bytes_of(message, now)),
           .messages = 1,
           .body_bytes = message.body.size(),
           .persistent = message.delivery_mode == kPersistent,
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
