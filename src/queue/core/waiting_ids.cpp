#include "queue/core/waiting_ids.hpp"

#include <utility>

namespace wharf::queue {

std::optional<MessageId> WaitingIds::find(std::string_view id, Timestamp now) const {
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  const Holder& holder = found->second;
  if (holder.expires && *holder.expires <= now) return std::nullopt;
  return holder.message;
}

void WaitingIds::add(std::string id, MessageId message, std::optional<Timestamp> expires) {
  auto [at, is_new] = by_id_.try_emplace(std::move(id));
  if (!is_new) by_message_.erase(at->second.message);
  at->second = {message, expires};
  by_message_.emplace(message, &at->first);
}

void WaitingIds::forget(MessageId message) {
  if (by_message_.empty()) return;
  auto found = by_message_.find(message);
  if (found == by_message_.end()) return;
  by_id_.erase(by_id_.find(*found->second));
  by_message_.erase(found);
}

void WaitingIds::forget(std::uint8_t level, OffsetRange range) {
  auto at = by_message_.lower_bound({level, range.first});
  while (at != by_message_.end() && at->first < MessageId{level, range.next}) {
    by_id_.erase(by_id_.find(*at->second));
    at = by_message_.erase(at);
  }
}

}  // namespace wharf::queue
