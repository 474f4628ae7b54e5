#pragma once
// Numbers of what a client publishes at QoS 2 in a session that lasts (model/message_number.hpp): where a message is
// already, it is taken for the same one when the client sends it again after whatever happened. No I/O.
//
// A message's number is noted with its packet identifier, and that none below a limit is free, before it goes anywhere.
// Numbers of one sender must reach a destination in their order: after one that was refused, or may not have been
// noted, and where some of an earlier connection may still come, the session goes on as another sender.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/message_number.hpp"

namespace wharf::mqtt {

std::string encode_number(const MessageNumber& number);
std::optional<MessageNumber> decode_number(std::string_view text);

class PublishNumbers {
 public:
  /// What the session kept of take_limit().
  void restore(std::string_view limit);

  /// `drawn`: random bits, for a sender's name where one is needed.
  MessageNumber next(std::uint64_t drawn);
  /// To be kept before a message of the numbers so far goes anywhere; none: it was.
  std::optional<std::string> take_limit();
  /// The number that a message was noted under before it is sent again. None: one behind it has come, so that nobody
  /// knows any more; it needs one like a new message.
  std::optional<MessageNumber> again(const MessageNumber& noted);

  /// As another sender from here on: what has a number and is not on its way yet must not go.
  void begin_anew() { sender_ = kNoProducerId; }
  bool is_current(const MessageNumber& number) const { return number.sender == sender_; }

 private:
  ProducerId sender_ = kNoProducerId;  // none yet
  std::int32_t next_ = 0;
  std::int32_t limit_ = 0;
  bool is_limit_new_ = false;
  std::map<ProducerId, std::int32_t> sent_again_;  // the last of each
};

}  // namespace wharf::mqtt
