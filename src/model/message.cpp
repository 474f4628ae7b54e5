#include "model/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/encoded_table.hpp"
#include "model/number_text.hpp"
#include "model/property_text.hpp"
#include "model/record_varint.hpp"
#include "model/utf8.hpp"

namespace wharf {
namespace {

// The header's value: version, origin, then fields in the order of their tags. A tag says how long its field is, so
// that one that is new can be skipped: below 0x40 one byte, below 0x80 eight, above that a varint says it.
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kFirstWide = 0x40;
constexpr std::uint8_t kFirstSized = 0x80;

enum Tag : std::uint8_t {
  kPriority = 0x01,
  kDeliveryMode = 0x02,
  kMqttFlags = 0x04,
  kTimestampSeconds = 0x40,
  kExpiration = 0x80,  // before all that is longer: queues look for it
  kExchange = 0x81,
  kRoutingKey = 0x82,
  kFirstText = 0x83,
  kProperties = 0x8C,
  kCorrelationData = 0x8E,
};

/// The texts whose tags follow each other from kFirstText. Their order is stored: new ones go behind kProperties.
constexpr std::array kTexts = {
    &MessageView::content_type, &MessageView::content_encoding, &MessageView::correlation_id,
    &MessageView::reply_to,     &MessageView::message_id,       &MessageView::type,
    &MessageView::user_id,      &MessageView::app_id,           &MessageView::cluster_id,
};
static_assert(kFirstText + kTexts.size() == kProperties);

/// What a plain record's headers of these names say is also a standard property: the names are AMQP's own, the first
/// one CloudEvents' for Kafka too.
struct Lifted {
  std::string_view header;
  std::optional<std::string_view> MessageView::* property;
};
constexpr std::array kLifted = {
    Lifted{"content-type", &MessageView::content_type},     Lifted{"content-encoding", &MessageView::content_encoding},
    Lifted{"correlation-id", &MessageView::correlation_id}, Lifted{"reply-to", &MessageView::reply_to},
    Lifted{"message-id", &MessageView::message_id},
};
constexpr std::size_t kMaxLiftedBytes = 255;

void lift(MessageView& message, const RecordHeader& header) {
  for (const Lifted& lifted : kLifted) {
    if (lifted.header != header.key || !header.value || header.value->size() > kMaxLiftedBytes) continue;
    if (is_utf8(as_text(*header.value))) message.*lifted.property = as_text(*header.value);
  }
}

std::int32_t length_of(std::size_t bytes) {
  WHARF_ASSERT(std::in_range<std::int32_t>(bytes));
  return static_cast<std::int32_t>(bytes);
}

std::size_t sized_bytes(std::size_t length) {
  return varint_size(length_of(length)) + length;
}

std::byte* put_sized(std::byte* to, ByteView bytes) {
  to = put_varint(to, length_of(bytes.size()));
  return std::copy(bytes.begin(), bytes.end(), to);
}

/// Calls `visit(tag, bytes)` for each field of variable length that the message has, in order.
template <class Visit>
void for_each_sized(const MessageView& message, Visit visit) {
  if (message.expiration) visit(kExpiration, as_bytes(*message.expiration));
  if (!message.exchange.empty()) visit(kExchange, as_bytes(message.exchange));
  if (!message.routing_key.empty()) visit(kRoutingKey, as_bytes(message.routing_key));
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    if (const auto& text = message.*kTexts[i]) visit(static_cast<std::uint8_t>(kFirstText + i), as_bytes(*text));
  }
  if (message.properties) visit(kProperties, *message.properties);
  if (message.correlation_data) visit(kCorrelationData, *message.correlation_data);
}

std::size_t header_bytes(const MessageView& message) {
  std::size_t size = 2;
  size += (message.priority ? 2u : 0u) + (message.delivery_mode ? 2u : 0u) + (message.mqtt_flags ? 2u : 0u);
  size += message.timestamp_seconds ? 9u : 0u;
  for_each_sized(message, [&](std::uint8_t, ByteView bytes) { size += 1 + sized_bytes(bytes.size()); });
  return size;
}

std::byte* put_header(std::byte* to, const MessageView& message) {
  auto put = [&](std::uint8_t byte) { *to++ = static_cast<std::byte>(byte); };
  put(kVersion);
  put(static_cast<std::uint8_t>(message.origin));
  if (message.priority) put(kPriority), put(*message.priority);
  if (message.delivery_mode) put(kDeliveryMode), put(*message.delivery_mode);
  if (message.mqtt_flags) put(kMqttFlags), put(*message.mqtt_flags);
  if (message.timestamp_seconds) {
    put(kTimestampSeconds);
    store_big_endian(to, *message.timestamp_seconds);
    to += sizeof(std::uint64_t);
  }
  for_each_sized(message, [&](std::uint8_t tag, ByteView bytes) {
    put(tag);
    to = put_sized(to, bytes);
  });
  return to;
}

/// The readable copies, each a record header; returns how many.
std::int32_t append_copies(std::vector<std::byte>& to, ByteView properties) {
  std::int32_t count = 0;
  fmt::memory_buffer room;
  TableCursor cursor(properties);
  while (auto field = cursor.next()) {
    if (field->name == kMessageHeader) continue;  // Kafka's lastHeader() would take it for ours
    ++count;
    bool is_null = field->type == 'V';
    std::string_view text = readable_text(*field, room);
    std::size_t at = to.size();
    to.resize(at + sized_bytes(field->name.size()) + (is_null ? varint_size(-1) : sized_bytes(text.size())));
    std::byte* end = put_sized(to.data() + at, as_bytes(field->name));
    end = is_null ? put_varint(end, -1) : put_sized(end, as_bytes(text));
    WHARF_ASSERT(end == to.data() + to.size());
  }
  WHARF_ASSERT(cursor.ok());
  return count;
}

/// The value of the first header, if it is ours.
std::optional<ByteView> header_of(const Record& record) {
  if (record.headers.empty()) return std::nullopt;
  RecordHeader first = *record.headers.begin();
  if (first.key != kMessageHeader) return std::nullopt;
  return first.value.value_or(ByteView());
}

/// Reads a header's fields, in order.
struct HeaderReader {
  explicit HeaderReader(ByteView header) : bytes(header), version(bytes.byte()), origin(bytes.byte()) {}

  /// The next field; false behind the last one, or where the bytes are no field.
  bool next() {
    if (bytes.left() == 0) return false;
    int previous = std::exchange(tag, bytes.byte());
    value = bytes.bytes(tag < kFirstWide ? 1 : tag < kFirstSized ? 8 : std::int64_t{bytes.varint()});
    in_order = tag > previous;
    return ok();
  }
  bool ok() const { return in_order && !bytes.failed(); }

  FieldCursor bytes;
  std::uint8_t version;
  std::uint8_t origin;
  int tag = 0;
  ByteView value;
  bool in_order = true;
};

void take_field(MessageView& message, int tag, ByteView value) {
  switch (tag) {
    case kPriority:
      message.priority = static_cast<std::uint8_t>(value[0]);
      return;
    case kDeliveryMode:
      message.delivery_mode = static_cast<std::uint8_t>(value[0]);
      return;
    case kMqttFlags:
      message.mqtt_flags = static_cast<std::uint8_t>(value[0]);
      return;
    case kTimestampSeconds:
      message.timestamp_seconds = load_big_endian<std::uint64_t>(value.data());
      return;
    case kExpiration:
      message.expiration = as_text(value);
      return;
    case kExchange:
      message.exchange = as_text(value);
      return;
    case kRoutingKey:
      message.routing_key = as_text(value);
      return;
    case kProperties:
      message.properties = value;
      return;
    case kCorrelationData:
      message.correlation_data = value;
      return;
    default:
      break;
  }
  // The rest is a text, or from a later version and not for us.
  if (tag >= kFirstText && tag < kProperties)
    message.*kTexts[static_cast<std::size_t>(tag - kFirstText)] = as_text(value);
}

/// Fills it from the header's value.
Result<void> read_header(MessageView& message, ByteView header) {
  HeaderReader reader(header);
  if (reader.version > kVersion)
    return fail(ErrorCode::kUnsupportedVersion,
                fmt::format("a `wharf` header of version {}; this one reads up to {}", reader.version, kVersion));
  message.origin = static_cast<Protocol>(reader.origin);
  while (reader.next()) take_field(message, reader.tag, reader.value);
  if (reader.version == 0 || reader.origin == 0 || !reader.ok())
    return fail(ErrorCode::kMalformed, "a `wharf` header whose fields do not fit it");
  if (message.properties) {
    TableFault fault = check_table(*message.properties);
    if (fault != TableFault::kNone)
      return fail(ErrorCode::kMalformed,
                  fmt::format("the table of properties in a `wharf` header {}", to_string(fault)));
  }
  return {};
}

/// The value of one field with a tag of at most kExpiration.
std::optional<ByteView> early_field(const Record& record, std::uint8_t tag) {
  std::optional<ByteView> header = header_of(record);
  if (!header) return std::nullopt;
  HeaderReader reader(*header);
  if (reader.version != kVersion) return std::nullopt;
  while (reader.next() && reader.tag <= tag) {
    if (reader.tag == tag) return reader.value;
  }
  return std::nullopt;
}

}  // namespace

void append_message(BatchBuilder& batch, const MessageView& message, Timestamp now) {
  std::vector<std::byte>& headers = batch.encoded_headers();
  std::size_t size = header_bytes(message);
  headers.resize(sized_bytes(kMessageHeader.size()) + sized_bytes(size));
  std::byte* to = put_sized(headers.data(), as_bytes(kMessageHeader));
  to = put_header(put_varint(to, length_of(size)), message);
  WHARF_ASSERT(to == headers.data() + headers.size());
  std::int32_t count = 1;
  if (message.properties) count += append_copies(headers, *message.properties);
  batch.append_encoded({.timestamp = now, .key = message.key, .value = message.body, .headers = {}}, count);
}

Result<MessageView> message_of(const Record& record) {
  Result<MessageView> message;  // filled where it lies: it is large
  std::optional<ByteView> header = header_of(record);
  if (!header) {
    message = plain_message_of(record);
    return message;
  }
  message->key = record.key;
  message->body = record.value.value_or(ByteView());
  Result<void> read = read_header(*message, *header);
  if (!read) message = fail(std::move(read.error()));
  return message;
}

bool is_plain(const Record& record) {
  return !header_of(record);
}

MessageView plain_message_of(const Record& record) {
  MessageView message{.key = record.key, .body = record.value.value_or(ByteView())};
  if (record.timestamp.ms >= 0) message.timestamp_seconds = static_cast<std::uint64_t>(record.timestamp.ms) / 1000;
  for (RecordHeader header : record.headers) lift(message, header);
  return message;
}

std::optional<std::int64_t> expiration_ms_of(const Record& record) {
  std::optional<ByteView> field = early_field(record, kExpiration);
  if (!field || field->empty()) return std::nullopt;
  std::string_view text = as_text(*field);
  return text.front() == '-' ? std::nullopt : parse_number<std::int64_t>(text);
}

std::optional<std::uint8_t> priority_of(const Record& record) {
  std::optional<ByteView> field = early_field(record, kPriority);
  if (!field) return std::nullopt;
  return static_cast<std::uint8_t>((*field)[0]);
}

}  // namespace wharf
