#include "broker/node/transaction_senders.hpp"

#include <limits>
#include <span>

namespace wharf::broker {
namespace {

/// No transaction has as many parts: none runs out of numbers.
constexpr std::int32_t kLastFirstNumber = std::numeric_limits<std::int32_t>::max() / 2;

void number(log::OwnedBatches& batch, MessageNumber& next) {
  std::optional<MessageNumber> known = batch.number();
  if (known && known->sender == next.sender) return;  // shared, and met before
  batch.set_number(next);
  ++next.number;
}

}  // namespace

MessageNumber TransactionSenders::borrow() {
  if (!free_.empty()) {
    MessageNumber lent = free_.back();
    free_.pop_back();
    return lent;
  }
  std::uint64_t drawn = 0;
  random_.fill(std::as_writable_bytes(std::span(&drawn, 1)));
  return MessageNumber{.sender = numbering_sender(drawn)};
}

void TransactionSenders::give_back(MessageNumber next, bool was_refused) {
  constexpr std::int16_t kLastEpoch = std::numeric_limits<std::int16_t>::max() / 2;  // replays go higher
  if (was_refused) next.epoch = next.epoch.plus(1);
  if (next.number <= kLastFirstNumber && next.epoch.value <= kLastEpoch) free_.push_back(next);
}

void number_parts(OutgoingParts& parts, MessageNumber& next) {
  for (EnqueuePart& part : parts.queues) number(part.messages.batch, next);
  for (PublishPart& part : parts.logs) number(part.batches, next);
}

}  // namespace wharf::broker
