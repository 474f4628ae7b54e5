#pragma once
// The message that all protocols mean, and how it is stored as a Kafka record: the body is the value, user properties
// are record headers in readable text, and one reserved header, `wharf`, always the first, holds what has no place in a
// Kafka record. docs/message.md has the mapping for each protocol and the header's bytes.
//
//     append_message(batch, {.origin = Protocol::kAmqp091, .routing_key = "jobs", .delivery_mode = 2, .body = body},
//     now);
//     ...
//     Result<MessageView> message = message_of(record);
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/record.hpp"
#include "model/record_batch_builder.hpp"
#include "model/time.hpp"

namespace wharf {

/// The name of the reserved record header.
inline constexpr std::string_view kMessageHeader = "wharf";

/// Where a message came in. The numbers are stored: never give one away twice. A record may hold a number that this
/// version has no name for.
enum class Protocol : std::uint8_t { kKafka = 1, kAmqp091 = 2, kMqtt = 4, kStomp = 5 };

// What MQTT says of a message and nobody else does (MessageView::mqtt_flags).
inline constexpr std::uint8_t kMqttQos = 0x03;     // it was published at
inline constexpr std::uint8_t kMqttRetain = 0x04;  // it is its topic's last message from here on
inline constexpr std::uint8_t kMqttText = 0x08;    // its body is UTF-8

/// Everything in it is borrowed.
struct MessageView {
  Protocol origin = Protocol::kKafka;
  std::string_view exchange;  // where it was published, in AMQP's words
  std::string_view routing_key;
  // The standard properties, as AMQP 0-9-1 names them. Its writer must look at lengths: other dialects have no limit of
  // 255.
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> content_encoding;
  std::optional<std::string_view> correlation_id;
  std::optional<std::string_view> reply_to;
  std::optional<std::string_view> expiration;  // milliseconds in decimal, as the publisher wrote them
  std::optional<std::string_view> message_id;
  std::optional<std::string_view> type;
  std::optional<std::string_view> user_id;
  std::optional<std::string_view> app_id;
  std::optional<std::string_view> cluster_id;
  std::optional<std::uint8_t> delivery_mode;  // 2: persistent
  std::optional<std::uint8_t> priority;
  std::optional<std::uint8_t> mqtt_flags;
  std::optional<std::uint64_t> timestamp_seconds;
  std::optional<ByteView> properties;        // the user's, as model/encoded_table.hpp has them, without a length
  std::optional<ByteView> correlation_data;  // MQTT's, where it is no text that `correlation_id` could be
  std::optional<ByteView> key;               // Kafka's, where one is meant
  ByteView body;
};

/// Adds it as the batch's next record, with `now` as its timestamp: the `wharf` header, then a readable copy of each
/// user property. REQUIRES: `properties` was walked to its end with ok(), as every door does with what a client sends.
void append_message(BatchBuilder& batch, const MessageView& message, Timestamp now);

/// What a stored record says. Without a `wharf` header it is a plain Kafka record: plain_message_of(). Errors, for a
/// header that a Kafka producer made up or damage: kMalformed (lengths, order, a table that is none);
/// kUnsupportedVersion. Nobody should be stuck behind such a record: show it by plain_message_of().
Result<MessageView> message_of(const Record& record);

/// Without a `wharf` header: what a Kafka producer writes.
bool is_plain(const Record& record);
/// The record as a Kafka consumer sees it: key, body and time (a tombstone's body is empty). Its headers are the user
/// properties, of which there are no encoded bytes: model/message_properties.hpp. Headers `content-type`,
/// `content-encoding`, `correlation-id`, `reply-to` and `message-id` with up to 255 bytes of UTF-8 are standard
/// properties besides.
MessageView plain_message_of(const Record& record);

// What a queue asks of every message that it loads. They look at a few bytes of the first header, whatever follows;
// nothing for a plain record or a header that lies.

/// How long after the record's timestamp it expires; nothing: never. So too for text that is no decimal number, or one
/// above 63 bits.
std::optional<std::int64_t> expiration_ms_of(const Record& record);
std::optional<std::uint8_t> priority_of(const Record& record);

}  // namespace wharf
