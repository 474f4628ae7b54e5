#include "protocols/stomp/handlers/messages.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "model/encoded_table.hpp"
#include "model/number_text.hpp"
#include "model/utf8.hpp"

namespace wharf::stomp {
namespace {

constexpr std::uint8_t kPersistent = 2, kTransient = 1;                             // delivery mode
constexpr std::size_t kLongestShortText = 255;                                      // of a property that AMQP has too
constexpr std::int64_t kLongestLifeMs = std::numeric_limits<std::uint32_t>::max();  // of AMQP's `expiration`: 49.7 days

/// Properties that are texts here as there.
struct Text {
  std::string_view header;
  std::optional<std::string_view> MessageView::* property;
};
constexpr std::array kTexts = {
    Text{"content-type", &MessageView::content_type},
    Text{"content-encoding", &MessageView::content_encoding},
    Text{"correlation-id", &MessageView::correlation_id},
    Text{"reply-to", &MessageView::reply_to},
    Text{"amqp-message-id", &MessageView::message_id},
    Text{"type", &MessageView::type},
    Text{"user-id", &MessageView::user_id},
    Text{"app-id", &MessageView::app_id},
    Text{"cluster-id", &MessageView::cluster_id},
};

/// Of the frame, not of the message.
constexpr std::array<std::string_view, 4> kOfFrame = {"destination", "receipt", "transaction", "content-length"};
/// MESSAGE says these itself: a user property of that name would be taken for it.
constexpr std::array<std::string_view, 10> kOfMessage = {"subscription",   "destination", "message-id", "ack",
                                                         "redelivered",    "persistent",  "priority",   "expires",
                                                         "content-length", "expiration"};

/// Promises of ActiveMQ that nothing here would keep.
constexpr std::array<std::string_view, 4> kNotServed = {"transformation", "AMQ_SCHEDULED_PERIOD",
                                                        "AMQ_SCHEDULED_REPEAT", "AMQ_SCHEDULED_CRON"};

template <class T>
Outcome<T> number_of(const Header& header) {
  std::optional<T> number = parse_number<T>(header.value);
  if (!number) return refuse("Invalid header", fmt::format("'{}' is no value of '{}'", header.value, header.name));
  return *number;
}

bool is_message_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

/// MESSAGE has it as the message's own.
bool is_said(const MessageView& message, const Record& record, std::string_view name) {
  if (name == "timestamp") return message.timestamp_seconds || record.timestamp.ms >= 0;
  if (name == "correlation-id" && message.correlation_data) return true;
  auto text = std::ranges::find(kTexts, name, &Text::header);
  return text != kTexts.end() && (message.*(text->property)).has_value();
}

/// Every header behind ours is the readable copy of a user property, or a Kafka producer's own.
void write_user_properties(const MessageView& message, const Record& record, FrameWriter& frame) {
  bool first = true;
  for (RecordHeader header : record.headers) {
    bool ours = std::exchange(first, false) && header.key == kMessageHeader;
    if (ours || std::ranges::find(kOfMessage, header.key) != kOfMessage.end()) continue;
    if (is_said(message, record, header.key)) continue;
    std::string_view value = header.value ? as_text(*header.value) : std::string_view();
    if (is_message_text(header.key) && is_message_text(value)) frame.header(header.key, value);
  }
}

}  // namespace

/// True: it was one of ours.
Outcome<bool> CanonicalMessage::take_property(const Header& header, Timestamp now) {
  if (auto text = std::ranges::find(kTexts, header.name, &Text::header); text != kTexts.end()) {
    if (header.value.size() > kLongestShortText)
      return refuse("Invalid header", fmt::format("'{}' has more than 255 bytes", header.name));
    view_.*(text->property) = header.value;
  } else if (header.name == "persistent") {
    if (header.value != "true" && header.value != "false")
      return refuse("Invalid header", fmt::format("'{}' is no value of 'persistent'", header.value));
    view_.delivery_mode = header.value == "true" ? kPersistent : kTransient;
  } else if (header.name == "priority") {
    Outcome<std::uint8_t> priority = number_of<std::uint8_t>(header);
    if (!priority) return refuse(priority.error());
    view_.priority = *priority;
  } else if (header.name == "timestamp") {
    Outcome<std::uint64_t> timestamp = number_of<std::uint64_t>(header);
    if (!timestamp) return refuse(timestamp.error());
    view_.timestamp_seconds = *timestamp;
  } else if (header.name == "expiration") {
    view_.expiration = header.value;
  } else if (header.name == "expires") {  // ActiveMQ's, in ms since 1970; 0: never
    Outcome<std::int64_t> expires = number_of<std::int64_t>(header);
    if (!expires) return refuse(expires.error());
    if (*expires <= 0 || view_.expiration) return true;
    expiration_ = fmt::format("{}", std::clamp<std::int64_t>(*expires - now.ms, 0, kLongestLifeMs));
    view_.expiration = expiration_;
  } else if (header.name == "AMQ_SCHEDULED_DELAY") {
    Outcome<std::int64_t> delay = number_of<std::int64_t>(header);
    if (!delay) return refuse(delay.error());
    delay_ms_ = *delay;
  } else {
    return false;
  }
  return true;
}

Outcome<void> CanonicalMessage::take_user_property(const Header& header) {
  if (std::ranges::find(kNotServed, header.name) != kNotServed.end())
    return refuse("Not served", fmt::format("'{}' is not served here", header.name));
  if (encode_property(properties_, header.name, std::string(header.value)) != TableFault::kNone)
    return refuse("Invalid header", "a header's name has more than 255 bytes");
  return {};
}

Outcome<void> CanonicalMessage::take(const Frame& frame, const Destination& destination, Timestamp now) {
  bool to_queue = destination.is_queue();
  view_ = {.origin = Protocol::kStomp,
           .exchange = to_queue ? std::string_view() : std::string_view(destination.name),
           .routing_key = to_queue ? std::string_view(destination.name) : std::string_view(destination.key),
           .delivery_mode = kTransient,
           .body = frame.body};
  std::vector<std::string_view> seen;  // of repeated ones the first counts
  for (const Header& header : frame.headers) {
    if (std::ranges::find(kOfFrame, header.name) != kOfFrame.end()) continue;
    if (std::ranges::find(seen, header.name) != seen.end()) continue;
    seen.push_back(header.name);
    Outcome<bool> ours = take_property(header, now);
    if (!ours) return refuse(ours.error());
    if (*ours) continue;
    if (auto taken = take_user_property(header); !taken) return taken;
  }
  if (!properties_.empty()) view_.properties = properties_;
  return {};
}

std::string destination_of_message(const MessageView& message, std::string_view fallback) {
  if (message.exchange.empty() && message.routing_key.empty()) return std::string(fallback);
  return text_of_published(message.exchange, message.routing_key);
}

void write_properties(const MessageView& message, const Record& record, FrameWriter& frame) {
  for (const Text& text : kTexts) {
    const auto& value = message.*(text.property);
    if (!value || !is_message_text(*value)) continue;
    bool names_queue = text.property == &MessageView::reply_to && !value->starts_with('/');
    if (names_queue) {  // as of other dialects, or a queue of a connection's own
      frame.header(text.header, fmt::format("{}{}", kReplyQueuePrefix, *value));
    } else {
      frame.header(text.header, *value);
    }
  }
  if (message.correlation_data && !message.correlation_id) {
    std::string_view data = as_text(*message.correlation_data);
    if (is_message_text(data)) frame.header("correlation-id", data);
  }
  if (message.delivery_mode == kPersistent) frame.raw_header("persistent", "true");
  if (message.priority) frame.header("priority", std::int64_t{*message.priority});
  if (message.expiration && is_message_text(*message.expiration)) frame.header("expiration", *message.expiration);
  if (auto lives_ms = expiration_ms_of(record); lives_ms && record.timestamp.ms >= 0)
    frame.header("expires", record.timestamp.ms + *lives_ms);
  if (message.timestamp_seconds && !is_plain(record)) {
    frame.raw_header("timestamp", fmt::format("{}", *message.timestamp_seconds));
  } else if (record.timestamp.ms >= 0) {
    frame.header("timestamp", record.timestamp.ms);
  }
  write_user_properties(message, record, frame);
}

}  // namespace wharf::stomp
