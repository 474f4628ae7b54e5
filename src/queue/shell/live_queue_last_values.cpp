// A queue that keeps the last value of each key: which key a message has.
#include "model/deduplication_id.hpp"
#include "model/record_batch.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {

/// None: the queue keeps all, or the message has no key.
std::optional<LiveQueue::Valued> LiveQueue::value_of(const Incoming& incoming) const {
  const std::optional<std::string>& name = core_.settings().last_value_key;
  if (!name) return std::nullopt;
  WHARF_ASSERT(incoming.messages == 1);  // QueueSettings::takes_each_alone()
  MessageWindow window;
  window.fill(Offset{0}, {SharedBytes(incoming.batch.owner, incoming.batch.bytes)});
  Result<const LoadedMessage*> message = window.find(Offset{0});
  if (!message || *message == nullptr) return std::nullopt;
  std::optional<std::string> key = property_key((*message)->record, *name);
  if (!key) return std::nullopt;
  return Valued{std::move(*key), facts_of(**message).bytes};
}

}  // namespace wharf::queue
