#include "protocols/amqp091/handlers/messages.hpp"

#include "model/byte_order.hpp"
#include "model/encoded_table.hpp"
#include "model/message_properties.hpp"

namespace wharf::amqp091 {
namespace {

/// Flags first, then the values in their order.
class PropertiesWriter {
 public:
  explicit PropertiesWriter(std::vector<std::byte>& to) : to_(to) {
    to_.clear();
    to_.resize(sizeof flags_);
  }
  ~PropertiesWriter() { store_big_endian(to_.data(), flags_); }
  PropertiesWriter(const PropertiesWriter&) = delete;
  PropertiesWriter& operator=(const PropertiesWriter&) = delete;

  void text(BasicProperty property, const std::optional<std::string_view>& value) {
    constexpr std::size_t kLongest = 255;
    if (!value || value->size() > kLongest) return;
    set(property);
    to_.push_back(static_cast<std::byte>(value->size()));
    append(as_bytes(*value));
  }
  void octet(BasicProperty property, const std::optional<std::uint8_t>& value) {
    if (!value) return;
    set(property);
    to_.push_back(static_cast<std::byte>(*value));
  }
  void timestamp(const std::optional<std::uint64_t>& seconds) {
    if (!seconds) return;
    set(BasicProperty::kTimestamp);
    integer(*seconds);
  }
  void headers(const MessageView& message, const Record& record, const std::optional<AddedHeader>& added,
               std::size_t limit_bytes) {
    bool foreign = !message.properties && !record.headers.empty() && is_plain(record);
    if (!message.properties && !foreign && !added) return;
    set(BasicProperty::kHeaders);
    integer(std::uint32_t{0});
    std::size_t start = to_.size();
    if (message.properties) append(*message.properties);
    if (foreign) append_properties(to_, record, limit_bytes);
    if (added && added->replaces) erase_fields(start, added->name);
    if (added && !find_field(ByteView(to_).subspan(start), added->name)) {
      encode_property(to_, added->name, added->value);
    }
    store_big_endian(to_.data() + start - sizeof(std::uint32_t), static_cast<std::uint32_t>(to_.size() - start));
  }

 private:
  void set(BasicProperty property) {
    flags_ = static_cast<std::uint16_t>(flags_ | 0x8000u >> static_cast<unsigned>(property));
  }
  void erase_fields(std::size_t start, std::string_view name) {
    while (auto field = find_field(ByteView(to_).subspan(start), name)) {
      auto first = to_.begin() + (field->encoded.data() - to_.data());
      to_.erase(first, first + static_cast<std::ptrdiff_t>(field->encoded.size()));
    }
  }
  void append(ByteView bytes) { to_.insert(to_.end(), bytes.begin(), bytes.end()); }
  template <std::integral T>
  void integer(T value) {
    to_.resize(to_.size() + sizeof value);
    store_big_endian(to_.data() + to_.size() - sizeof value, value);
  }

  std::vector<std::byte>& to_;
  std::uint16_t flags_ = 0;
};

}  // namespace

MessageView message_of(const PropertiesView& properties) {
  MessageView message{.origin = Protocol::kAmqp091,
                      .content_type = properties.text(BasicProperty::kContentType),
                      .content_encoding = properties.text(BasicProperty::kContentEncoding),
                      .correlation_id = properties.text(BasicProperty::kCorrelationId),
                      .reply_to = properties.text(BasicProperty::kReplyTo),
                      .expiration = properties.text(BasicProperty::kExpiration),
                      .message_id = properties.text(BasicProperty::kMessageId),
                      .type = properties.text(BasicProperty::kType),
                      .user_id = properties.text(BasicProperty::kUserId),
                      .app_id = properties.text(BasicProperty::kAppId),
                      .cluster_id = properties.text(BasicProperty::kClusterId),
                      .delivery_mode = properties.delivery_mode(),
                      .priority = properties.priority(),
                      .properties = properties.headers()};
  if (auto time = properties.timestamp()) message.timestamp_seconds = time->seconds;
  return message;
}

void write_properties(const MessageView& message, const Record& record, const std::optional<AddedHeader>& added,
                      std::size_t limit_bytes, std::vector<std::byte>& to) {
  PropertiesWriter writer(to);
  writer.text(BasicProperty::kContentType, message.content_type);
  writer.text(BasicProperty::kContentEncoding, message.content_encoding);
  writer.headers(message, record, added, limit_bytes);
  writer.octet(BasicProperty::kDeliveryMode, message.delivery_mode);
  writer.octet(BasicProperty::kPriority, message.priority);
  writer.text(BasicProperty::kCorrelationId, message.correlation_id);
  writer.text(BasicProperty::kReplyTo, message.reply_to);
  writer.text(BasicProperty::kExpiration, message.expiration);
  writer.text(BasicProperty::kMessageId, message.message_id);
  writer.timestamp(message.timestamp_seconds);
  writer.text(BasicProperty::kType, message.type);
  writer.text(BasicProperty::kUserId, message.user_id);
  writer.text(BasicProperty::kAppId, message.app_id);
  writer.text(BasicProperty::kClusterId, message.cluster_id);
}

}  // namespace wharf::amqp091
