#include "admin/management/message_json.hpp"

#include "admin/management/answers.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/text_properties.hpp"
#include "model/base64.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "model/utf8.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kDeliveryCount = "x-delivery-count";

/// An empty list where there are none, as Erlang writes an empty table.
boost::json::value properties_json(const broker::QueueInfo& queue, const broker::Delivery& delivery,
                                   const MessageView& message) {
  boost::json::object json;
  for (const TextProperty& known : kTextProperties) {
    if (const auto& value = message.*known.field) json[json_text(known.name)] = json_text(*value);
  }
  if (message.delivery_mode) json["delivery_mode"] = *message.delivery_mode;
  if (message.priority) json["priority"] = *message.priority;
  if (message.timestamp_seconds) json["timestamp"] = *message.timestamp_seconds;
  PropertyTable headers = properties_of(delivery.record);
  bool counts = queue.type == "quorum" && delivery.earlier_tries > 0 && !find_property(headers, kDeliveryCount);
  if (counts) headers.push_back({std::string(kDeliveryCount), std::int64_t{delivery.earlier_tries}});
  if (!headers.empty()) json["headers"] = json_of(headers);
  if (json.empty()) return boost::json::array();
  return json;
}

}  // namespace

boost::json::object message_json(const broker::QueueInfo& queue, const broker::Delivery& delivery, const Shape& shape) {
  Result<MessageView> read = message_of(delivery.record);
  MessageView message = read ? *read : plain_message_of(delivery.record);
  // What another dialect put into the queue came by no exchange, and by the queue's name.
  if (message.origin == Protocol::kKafka && message.routing_key.empty()) message.routing_key = queue.name;
  ByteView body = message.body.first(std::min(message.body.size(), shape.truncate.value_or(message.body.size())));
  bool as_base64 = shape.always_base64 || !is_utf8(as_text(body));
  return {{"payload_bytes", message.body.size()},
          {"redelivered", delivery.redelivered},
          {"exchange", json_text(message.exchange)},
          {"routing_key", json_text(message.routing_key)},
          {"properties", properties_json(queue, delivery, message)},
          {"payload", as_base64 ? json_text(base64(body)) : json_text(as_text(body))},
          {"payload_encoding", as_base64 ? "base64" : "string"}};
}

}  // namespace wharf::management
