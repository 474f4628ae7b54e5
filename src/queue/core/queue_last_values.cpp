// A queue that keeps the last value of each key.
#include "queue/core/queue.hpp"

namespace wharf::queue {

/// The newest of the key, where it is ready: the next one replaces it.
const LastValues::Newest* Queue::replaceable(std::string_view key) const {
  const LastValues::Newest* newest = values_->find(key);
  if (newest == nullptr) return nullptr;
  std::optional<Standing> standing = at_or_behind(newest->message);
  bool is_ready = standing && standing->id == newest->message && standing->where == Whereabouts::kReady;
  return is_ready ? newest : nullptr;
}

void Queue::note_value(std::string key, MessageId id, std::uint32_t bytes) {
  LastValues::Newest newest{id, bytes, id.offset};
  if (const LastValues::Newest* old = replaceable(key)) {
    LastValues::Newest replaced = *old;
    if (replaced.message.level == id.level) newest.place = replaced.place;
    take(replaced.message, {.bytes = replaced.bytes});
    settle_one(replaced.message);
  } else if (old = values_->find(key); old != nullptr) {
    values_->outlive(old->message);
  }
  values_->add(std::move(key), newest);
}

/// What goes out in the place of one that it replaced, where that is in front.
std::optional<MessageId> Queue::placed_in_front() const {
  std::optional<LastValues::Newest> ahead = values_->first_ahead();
  if (!ahead) return std::nullopt;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    std::optional<Ready> front = level->second.front();
    if (!front) continue;
    bool is_first = level->first == ahead->message.level && ahead->place < front->offset;
    return is_first ? std::optional(ahead->message) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Offer> Queue::offer_of(MessageId id) const {
  std::optional<Ready> ready = levels_.at(id.level).ready_at_or_behind(id.offset);
  WHARF_ASSERT(ready && ready->offset == id.offset);
  if (ready->held_back) return std::nullopt;
  return Offer{id, ready->tries, ready->redelivered, {}, {}};
}

}  // namespace wharf::queue
