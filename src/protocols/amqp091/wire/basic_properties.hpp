#pragma once
// The fourteen properties of a message of class basic (section 1.8.3 of the reference). On the wire: flags that say
// which are there, then their values in this order. The bytes travel as the publisher wrote them; a view finds what the
// broker has to know.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/property.hpp"
#include "protocols/amqp091/wire/field_table.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"
#include "protocols/amqp091/wire/writer.hpp"

namespace wharf::amqp091 {

enum class BasicProperty : std::uint8_t {
  kContentType,
  kContentEncoding,
  kHeaders,
  kDeliveryMode,
  kPriority,
  kCorrelationId,
  kReplyTo,
  kExpiration,
  kMessageId,
  kTimestamp,
  kType,
  kUserId,
  kAppId,
  kClusterId,
};
inline constexpr std::size_t kBasicProperties = 14;

/// Encoded properties, flags and all, checked once and read where they lie. Allocates nothing; the bytes must stay.
class PropertiesView {
 public:
  /// No property at all.
  PropertiesView();
  /// Errors, naming the property: SYNTAX_ERROR for a value that reaches past the end, a headers table that
  /// decode_table() would not take, flags of properties that do not exist, bytes left over.
  static Outcome<PropertiesView> parse(ByteView encoded);

  ByteView encoded() const { return encoded_; }
  bool has(BasicProperty property) const { return (flags_ & flag_of(property)) != 0; }

  /// Of a property that is a short string: all but the four below.
  std::optional<std::string_view> text(BasicProperty property) const;
  /// The table's bytes without their length: for TableCursor, find_field() and decode_table().
  std::optional<ByteView> headers() const;
  std::optional<std::uint8_t> delivery_mode() const { return octet(BasicProperty::kDeliveryMode); }
  std::optional<std::uint8_t> priority() const { return octet(BasicProperty::kPriority); }
  std::optional<EpochSeconds> timestamp() const;

  /// The bytes of one property's value as they stand, length included; empty without it.
  ByteView value(BasicProperty property) const;

 private:
  static constexpr std::uint16_t flag_of(BasicProperty property) {
    return static_cast<std::uint16_t>(0x8000u >> static_cast<unsigned>(property));
  }
  std::optional<std::uint8_t> octet(BasicProperty property) const;

  ByteView encoded_;
  std::uint32_t values_start_ = 0;
  std::uint32_t flags_ = 0;
};

/// All of them, decoded; what is not set is not sent.
struct BasicProperties {
  std::optional<std::string> content_type;
  std::optional<std::string> content_encoding;
  std::optional<PropertyTable> headers;
  std::optional<std::uint8_t> delivery_mode;  // 2: persistent
  std::optional<std::uint8_t> priority;
  std::optional<std::string> correlation_id;
  std::optional<std::string> reply_to;
  std::optional<std::string> expiration;  // milliseconds, in decimal
  std::optional<std::string> message_id;
  std::optional<EpochSeconds> timestamp;
  std::optional<std::string> type;
  std::optional<std::string> user_id;
  std::optional<std::string> app_id;
  std::optional<std::string> cluster_id;

  friend bool operator==(const BasicProperties&, const BasicProperties&) = default;
};

Outcome<BasicProperties> decode_properties(ByteView encoded);
/// Errors: a string above 255 bytes, headers too deep.
Outcome<std::vector<std::byte>> encode_properties(const BasicProperties& properties);

/// A property that is a short string gets another value, or goes (no text).
struct TextEdit {
  BasicProperty property;
  std::optional<std::string_view> text;
};
/// The properties with some of them, or some of the headers, changed; all other bytes are as they were. The headers
/// property comes into being with the first header that is set, and stays when its last one goes.
///
///     edit_properties(view, {{{"BCC", std::nullopt}}}, {{{BasicProperty::kExpiration, std::nullopt}}});
Outcome<std::vector<std::byte>> edit_properties(const PropertiesView& from, std::span<const FieldEdit> headers,
                                                std::span<const TextEdit> texts = {});

}  // namespace wharf::amqp091
