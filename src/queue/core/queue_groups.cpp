// A queue's message groups: what they find, in the queue's words.
#include "queue/core/queue.hpp"

namespace wharf::queue {

std::optional<Selected> Queue::next_for_getter() {
  return selected(groups_->next_for_getter(levels_));
}

std::optional<Selected> Queue::selected(std::optional<MessageGroups::Next> next) const {
  if (!next) return std::nullopt;
  return Selected{{next->id, next->ready.tries, next->ready.redelivered, next->selector, next->group}, next->looked_at};
}

void Queue::note_handed(const Offer& offer, ConsumerId to, bool settled, bool closes_group) {
  groups_->handed(offer.id, offer.group, *offer.selector, to, settled, closes_group);
  groups_->changed(to);
}

}  // namespace wharf::queue
