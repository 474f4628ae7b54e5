#pragma once
// What makes a message that is sent twice the same message: a sender's name and a number that rises with each of its
// messages. A log that has a number has all that the sender sent there before, so it remembers one number for each
// sender (log/producer_states.hpp). Stands in the header of a record batch, in place of an idempotent producer's id and
// sequence, and is the number of the batch's last message that has one.
#include <cstdint>

#include "model/ids.hpp"

namespace wharf {

struct MessageNumber {
  ProducerId sender;  // numbers_messages()
  std::int32_t number = 0;
  /// A log that has refused one takes those of a later epoch again: none of the earlier one comes to it any more.
  ProducerEpoch epoch = ProducerEpoch(0);
  friend auto operator<=>(const MessageNumber&, const MessageNumber&) = default;
};

/// Such senders draw their ids at random from here on. Kafka's producers are given theirs one after the other from
/// below, and what they send under these is refused.
inline constexpr ProducerId kFirstNumberingSender{std::int64_t{1} << 62};
/// One of 64 random bits.
inline ProducerId numbering_sender(std::uint64_t drawn) {
  std::uint64_t low_bits = drawn % static_cast<std::uint64_t>(kFirstNumberingSender.value);
  return kFirstNumberingSender.plus(static_cast<std::int64_t>(low_bits));
}
inline bool numbers_messages(ProducerId id) {
  return id >= kFirstNumberingSender;
}

}  // namespace wharf
