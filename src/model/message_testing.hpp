#pragma once
// What the tests of messages share: messages with memory of their own, made-up ones, and the way through a batch.
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/record_batch_reader.hpp"
#include "model/testdata/corpus.hpp"

namespace wharf {

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(ByteView view) {
  return {view.begin(), view.end()};
}

/// The properties without the wire's length; the table must be one that can be written.
inline Bytes encoded(const PropertyTable& table) {
  Bytes bytes;
  WHARF_ASSERT(encode_properties(bytes, table) == TableFault::kNone);
  return bytes;
}

/// One record in a batch of its own, which stays with it.
struct StoredRecord {
  explicit StoredRecord(BatchBuilder builder) : batch(builder.finish().value()) {
    BatchView view = read_batch(batch).value();
    WHARF_ASSERT(RecordReader(view.header, view.records()).next(record).value());
  }
  StoredRecord(const StoredRecord&) = delete;
  StoredRecord& operator=(const StoredRecord&) = delete;

  Bytes batch;
  Record record;
};

inline BatchBuilder batch_with(const MessageView& message, Timestamp now = corpus::kAppendTime) {
  BatchBuilder builder({});
  append_message(builder, message, now);
  return builder;
}
inline BatchBuilder batch_with(const corpus::OwnedRecord& record) {
  BatchBuilder builder({});
  corpus::append(builder, Offset(0), record);
  return builder;
}
/// A record whose `wharf` header has that value.
inline BatchBuilder batch_with_header(ByteView value) {
  BatchBuilder builder({});
  const RecordHeader headers[] = {{kMessageHeader, value}, {"after", as_bytes("it")}};
  builder.append({.timestamp = corpus::kAppendTime, .value = as_bytes("body"), .headers = headers});
  return builder;
}

inline std::vector<std::pair<std::string, corpus::Text>> headers_of(const Record& record) {
  std::vector<std::pair<std::string, corpus::Text>> headers;
  for (RecordHeader header : record.headers) headers.emplace_back(header.key, corpus::own(header.value));
  return headers;
}

/// The members of MessageView that are text, and those that are not.
template <class Message, class Visit>
void for_each_text(Message& message, Visit visit) {
  visit(message.content_type), visit(message.content_encoding), visit(message.correlation_id), visit(message.reply_to);
  visit(message.expiration), visit(message.message_id), visit(message.type), visit(message.user_id);
  visit(message.app_id), visit(message.cluster_id);
}

/// Everything that a message says, with memory of its own.
struct OwnedMessage {
  Protocol origin = Protocol::kAmqp091;
  std::string exchange;
  std::string routing_key;
  std::vector<corpus::Text> texts = std::vector<corpus::Text>(10);
  std::optional<std::uint8_t> delivery_mode;
  std::optional<std::uint8_t> priority;
  std::optional<std::uint8_t> mqtt_flags;
  std::optional<std::uint64_t> timestamp_seconds;
  std::optional<Bytes> properties;
  std::optional<Bytes> correlation_data;
  corpus::Text key;
  std::string body;

  friend bool operator==(const OwnedMessage&, const OwnedMessage&) = default;

  static OwnedMessage of(const MessageView& view) {
    OwnedMessage owned{.origin = view.origin, .exchange = std::string(view.exchange)};
    owned.routing_key = view.routing_key;
    owned.texts.clear();
    for_each_text(view, [&](const std::optional<std::string_view>& text) { owned.texts.emplace_back(text); });
    owned.delivery_mode = view.delivery_mode;
    owned.priority = view.priority;
    owned.mqtt_flags = view.mqtt_flags;
    owned.timestamp_seconds = view.timestamp_seconds;
    if (view.properties) owned.properties = bytes_of(*view.properties);
    if (view.correlation_data) owned.correlation_data = bytes_of(*view.correlation_data);
    owned.key = corpus::own(view.key);
    owned.body = as_text(view.body);
    return owned;
  }

  MessageView view() const {
    MessageView view{.origin = origin, .exchange = exchange, .routing_key = routing_key};
    std::size_t next = 0;
    for_each_text(view, [&](std::optional<std::string_view>& text) {
      if (const corpus::Text& held = texts[next++]) text = *held;
    });
    view.delivery_mode = delivery_mode;
    view.priority = priority;
    view.mqtt_flags = mqtt_flags;
    view.timestamp_seconds = timestamp_seconds;
    if (properties) view.properties = ByteView(*properties);
    if (correlation_data) view.correlation_data = ByteView(*correlation_data);
    view.key = corpus::view_of(key);
    view.body = as_bytes(body);
    return view;
  }
};

// Made-up values; to be called inside of a property.

template <class T>
T any() {
  return *rc::gen::arbitrary<T>();
}
template <class T>
std::optional<T> maybe() {
  return any<bool>() ? std::optional(any<T>()) : std::nullopt;
}

inline PropertyTable any_table(int depth = 1);

/// No NaN, which is not equal to itself.
inline PropertyValue any_property(int depth) {
  switch (*rc::gen::inRange(0, depth < 4 ? 18 : 16)) {
    case 0:
      return Null{};
    case 1:
      return any<bool>();
    case 2:
      return any<std::int8_t>();
    case 3:
      return any<std::uint8_t>();
    case 4:
      return any<std::int16_t>();
    case 5:
      return any<std::uint16_t>();
    case 6:
      return any<std::int32_t>();
    case 7:
      return any<std::uint32_t>();
    case 8:
      return any<std::int64_t>();
    case 9:
      return any<std::uint64_t>();
    case 10:
      return any<float>();
    case 11:
      return any<double>();
    case 12:
      return Decimal{any<std::uint8_t>(), any<std::int32_t>()};
    case 13:
      return EpochSeconds{any<std::uint64_t>()};
    case 14:
      return any<std::string>();
    case 15:
      return bytes_of(as_bytes(any<std::string>()));
    case 16: {
      PropertyList list;
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) list.push_back(any_property(depth + 1));
      return list;
    }
    default:
      return any_table(depth + 1);
  }
}

inline PropertyTable any_table(int depth) {
  PropertyTable table;
  for (int left = *rc::gen::inRange(0, 5); left > 0; --left)
    table.push_back({any<std::string>().substr(0, kMaxPropertyNameBytes), any_property(depth)});
  return table;
}

inline OwnedMessage any_message() {
  OwnedMessage message{.exchange = any<std::string>(), .routing_key = any<std::string>()};
  message.origin = static_cast<Protocol>(*rc::gen::inRange(1, 256));
  for (corpus::Text& text : message.texts) text = maybe<std::string>();
  message.delivery_mode = maybe<std::uint8_t>();
  message.priority = maybe<std::uint8_t>();
  message.mqtt_flags = maybe<std::uint8_t>();
  message.timestamp_seconds = maybe<std::uint64_t>();
  if (any<bool>()) message.properties = encoded(any_table());
  if (any<bool>()) message.correlation_data = bytes_of(as_bytes(any<std::string>()));
  message.key = maybe<std::string>();
  message.body = any<std::string>();
  return message;
}

}  // namespace wharf
