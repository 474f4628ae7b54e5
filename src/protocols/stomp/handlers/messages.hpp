#pragma once
// STOMP's messages <-> the canonical one.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/message.hpp"
#include "model/record.hpp"
#include "model/time.hpp"
#include "protocols/stomp/session/destinations.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"

namespace wharf::stomp {

/// The canonical message of a SEND, with the memory that its views need; stays where it is.
class CanonicalMessage {
 public:
  CanonicalMessage() = default;
  CanonicalMessage(const CanonicalMessage&) = delete;
  CanonicalMessage& operator=(const CanonicalMessage&) = delete;

  /// `frame` and `destination` outlive it. "Invalid header": a number that is none; "Not served": what would be passed
  /// over.
  Outcome<void> take(const Frame& frame, const Destination& destination, Timestamp now);
  const MessageView& view() const { return view_; }
  /// ActiveMQ's AMQ_SCHEDULED_DELAY, in milliseconds.
  std::optional<std::int64_t> delay_ms() const { return delay_ms_; }
  /// Whoever answers finds its queue under this name.
  void set_reply_to(std::string_view queue) { view_.reply_to = queue; }

 private:
  Outcome<bool> take_property(const Header& header, Timestamp now);
  Outcome<void> take_user_property(const Header& header);

  MessageView view_;
  std::string expiration_;
  std::optional<std::int64_t> delay_ms_;
  std::vector<std::byte> properties_;
};

/// Where a message was published, as `destination` says it; `fallback` where it does not know.
std::string destination_of_message(const MessageView& message, std::string_view fallback);

/// The headers of MESSAGE behind its own: standard properties, then the user's.
void write_properties(const MessageView& message, const Record& record, FrameWriter& frame);

}  // namespace wharf::stomp
