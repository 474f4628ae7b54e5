#pragma once
// Names under which a shard's transactions number what they send (model/message_number.hpp). Each is lent to one
// transaction at a time, so that its numbers come to every log in their order, and logs have few senders to remember.
#include <vector>

#include "broker/outgoing_parts.hpp"
#include "model/message_number.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class TransactionSenders {
 public:
  explicit TransactionSenders(runtime::Random& random) : random_(random) {}

  /// Its next free number.
  MessageNumber borrow();
  /// When every destination has taken what it was sent under that name, or when none of it can be sent again: those
  /// that have refused some take what comes of the next epoch.
  void give_back(MessageNumber next, bool was_refused);

 private:
  runtime::Random& random_;
  std::vector<MessageNumber> free_;
};

/// Each part under a number of its own; a batch that several queues share has one. `next` is free then.
void number_parts(OutgoingParts& parts, MessageNumber& next);

}  // namespace wharf::broker
