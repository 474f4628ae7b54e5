#include "protocols/mqtt/handlers/messages.hpp"

#include <algorithm>
#include <utility>

#include "model/encoded_table.hpp"
#include "model/utf8.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

constexpr std::uint8_t kPersistent = 2, kTransient = 1;  // delivery mode
constexpr std::size_t kLongestShortText = 255;           // of a property that AMQP has too

bool is_mqtt_text(std::string_view text) {
  return text.size() <= kLongestText && text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::optional<std::string_view> mqtt_text(const std::optional<std::string_view>& text) {
  return text && is_mqtt_text(*text) ? text : std::nullopt;
}

/// Every header behind ours is the readable copy of a user property, or a Kafka producer's own.
void add_user_properties(Properties& properties, const Record& record) {
  bool first = true;
  for (RecordHeader header : record.headers) {
    bool ours = std::exchange(first, false) && header.key == kMessageHeader;
    if (ours || properties.user.size() >= kMostUserProperties) continue;
    std::string_view value = header.value ? as_text(*header.value) : std::string_view();
    if (is_mqtt_text(header.key) && is_mqtt_text(value)) properties.user.push_back({header.key, value});
  }
}

void add_properties(Properties& properties, const MessageView& message, const Record& record) {
  if (message.mqtt_flags.value_or(0) & kMqttText) properties.payload_format = 1;
  properties.content_type = mqtt_text(message.content_type);
  properties.response_topic = mqtt_text(message.reply_to);
  if (properties.response_topic && !is_topic_name(*properties.response_topic)) properties.response_topic.reset();
  if (message.correlation_data) {
    properties.correlation_data = message.correlation_data;
  } else if (message.correlation_id) {
    properties.correlation_data = as_bytes(*message.correlation_id);
  }
  add_user_properties(properties, record);
}

/// The seconds that are left of it, rounded up; none: it does not expire.
std::optional<std::int64_t> seconds_left(const Record& record, Timestamp now) {
  std::optional<std::int64_t> lives_ms = expiration_ms_of(record);
  if (!lives_ms || record.timestamp.ms < 0) return std::nullopt;
  std::int64_t left_ms = *lives_ms - std::max<std::int64_t>(now.ms - record.timestamp.ms, 0);
  return left_ms <= 0 ? 0 : (left_ms - 1) / 1000 + 1;
}

}  // namespace

Outcome<void> CanonicalMessage::take(const MessageParts& parts) {
  if (!is_topic_name(parts.topic)) return refuse(ReasonCode::kTopicNameInvalid, "PUBLISH: no valid topic name");
  const Properties& properties = parts.properties;
  if (properties.response_topic && !is_topic_name(*properties.response_topic))
    return refuse(ReasonCode::kTopicNameInvalid, "PUBLISH: the response topic is no valid topic name");
  bool is_text = properties.payload_format == 1;
  if (is_text && !is_utf8(as_text(parts.payload)))
    return refuse(ReasonCode::kPayloadFormatInvalid, "PUBLISH: the payload is no UTF-8");
  routing_key_ = swap_separators(std::string(parts.topic));
  unsigned flags = parts.qos | (parts.retain ? kMqttRetain : 0u) | (is_text ? kMqttText : 0u);
  view_ = {.origin = Protocol::kMqtt,
           .exchange = kTopicExchange,
           .routing_key = routing_key_,
           .content_type = properties.content_type,
           .reply_to = properties.response_topic,
           .delivery_mode = parts.qos > 0 ? kPersistent : kTransient,
           .mqtt_flags = static_cast<std::uint8_t>(flags),
           .body = parts.payload};
  if (properties.message_expiry_s) {
    expiration_ = std::to_string(std::uint64_t{*properties.message_expiry_s} * 1000);
    view_.expiration = expiration_;
  }
  take_correlation(properties);
  return take_user_properties(properties);
}

/// As text where every client of AMQP can read it.
void CanonicalMessage::take_correlation(const Properties& properties) {
  if (!properties.correlation_data) return;
  std::string_view text = as_text(*properties.correlation_data);
  if (text.size() <= kLongestShortText && is_utf8(text)) {
    view_.correlation_id = text;
  } else {
    view_.correlation_data = properties.correlation_data;
  }
}

Outcome<void> CanonicalMessage::take_user_properties(const Properties& properties) {
  properties_.clear();
  for (const UserProperty& one : properties.user) {
    if (encode_property(properties_, one.name, std::string(one.value)) != TableFault::kNone)
      return refuse(ReasonCode::kImplementationSpecificError,
                    "PUBLISH: a user property's name has more than 255 bytes");
  }
  if (!properties.user.empty()) view_.properties = properties_;
  return {};
}

std::optional<OutgoingView> outgoing_view(const Record& record, Timestamp now, std::string_view plain_key) {
  Result<MessageView> read = message_of(record);
  MessageView message = read ? *read : plain_message_of(record);
  OutgoingView view;
  view.topic = swap_separators(std::string(message.routing_key.empty() ? plain_key : message.routing_key));
  if (!is_topic_name(view.topic)) return std::nullopt;
  std::optional<std::int64_t> left = seconds_left(record, now);
  if (left == 0) return std::nullopt;
  if (left) view.properties.message_expiry_s = static_cast<std::uint32_t>(std::min<std::int64_t>(*left, 0xFFFFFFFF));
  std::uint8_t flags = message.mqtt_flags.value_or(0);
  if (message.origin == Protocol::kMqtt) {
    view.qos = flags & kMqttQos;
  } else {
    bool transient = message.origin != Protocol::kKafka && message.delivery_mode != kPersistent;
    view.qos = transient ? 0 : 1;
  }
  view.retain = (flags & kMqttRetain) != 0;
  view.payload = message.body;
  add_properties(view.properties, message, record);
  return view;
}

}  // namespace wharf::mqtt
