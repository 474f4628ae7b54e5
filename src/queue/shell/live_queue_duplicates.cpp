// A queue that drops what it has already.
#include "model/deduplication_id.hpp"
#include "model/record_batch.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {

/// None: the queue takes everything, or the message has no id.
std::optional<LiveQueue::Identified> LiveQueue::identify(const Incoming& incoming) const {
  if (!core_.settings().deduplicates) return std::nullopt;
  WHARF_ASSERT(incoming.messages == 1);  // QueueSettings::takes_each_alone()
  MessageWindow window;
  window.fill(Offset{0}, {SharedBytes(incoming.batch.owner, incoming.batch.bytes)});
  Result<const LoadedMessage*> message = window.find(Offset{0});
  if (!message || *message == nullptr) return std::nullopt;
  std::optional<std::string> id = deduplication_id((*message)->record);
  if (!id) return std::nullopt;
  return Identified{std::move(*id), facts_of(**message).expires};
}

/// True: it is answered. The one that it repeats may still be on its way to the disk.
bool LiveQueue::is_duplicate(const Identified& message, const Incoming& incoming, Answered& answered) {
  std::optional<MessageId> first = core_.has_id(message.id, with_.shard.clock().wall_now());
  if (!first) return false;
  answer(*first, incoming.persistent, std::move(answered));
  return true;
}

/// True: it is answered. The log of its level knows that also of what has left the queue.
bool LiveQueue::has_come(const MessageNumber& number, const Incoming& incoming, Answered& answered) {
  const log::PartitionLog* log = with_.logs.store().find(log_of(incoming.level));
  std::optional<log::Appended> kept = log != nullptr ? log->kept_as(number) : std::nullopt;
  if (!kept) return false;
  answer({incoming.level, kept->next.plus(-1)}, incoming.persistent, std::move(answered));
  return true;
}

}  // namespace wharf::queue
