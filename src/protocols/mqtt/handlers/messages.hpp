#pragma once
// MQTT's messages <-> the canonical one.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/message.hpp"
#include "model/time.hpp"
#include "protocols/mqtt/wire/packets.hpp"

namespace wharf::mqtt {

/// What a message is apart from its payload: a PUBLISH, or a will, which outlives its CONNECT.
struct MessageParts {
  std::string_view topic;
  std::uint8_t qos = 0;
  bool retain = false;
  const Properties& properties;
  ByteView payload;
};

/// The canonical message, with the memory that its views need; stays where it is.
class CanonicalMessage {
 public:
  CanonicalMessage() = default;
  CanonicalMessage(const CanonicalMessage&) = delete;
  CanonicalMessage& operator=(const CanonicalMessage&) = delete;

  /// kTopicNameInvalid; kImplementationSpecificError: a user property's name is longer than 255 bytes;
  /// kPayloadFormatInvalid.
  Outcome<void> take(const MessageParts& parts);
  const MessageView& view() const { return view_; }

 private:
  Outcome<void> take_user_properties(const Properties& properties);
  void take_correlation(const Properties& properties);

  MessageView view_;
  std::string routing_key_, expiration_;
  std::vector<std::byte> properties_;
};

/// What MQTT can say of a stored message, in memory of `topic` and of the record.
struct OutgoingView {
  std::string topic;
  std::uint8_t qos = 0;  // it was published at
  bool retain = false;
  Properties properties;  // from MQTT 5 on
  ByteView payload;
};
/// None: its key is no topic name, or its time is over.
std::optional<OutgoingView> outgoing_view(const Record& record, Timestamp now, std::string_view plain_key);

}  // namespace wharf::mqtt
