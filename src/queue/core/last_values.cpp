#include "queue/core/last_values.hpp"

#include <utility>

namespace wharf::queue {

const LastValues::Newest* LastValues::find(std::string_view key) const {
  auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

void LastValues::add(std::string key, Newest newest) {
  if (auto old = by_key_.find(key); old != by_key_.end()) {
    ahead_.erase({old->second.message.level, old->second.place});
    by_message_.erase(old->second.message);
  }
  auto at = by_key_.insert_or_assign(std::move(key), newest).first;
  by_message_.emplace(newest.message, &*at);
  came_back(newest.message);
}

void LastValues::came_back(MessageId message) {
  auto found = by_message_.find(message);
  if (found == by_message_.end()) return;
  Offset place = found->second->second.place;
  if (place != message.offset) ahead_.emplace(MessageId{message.level, place}, message);
}

void LastValues::went(std::uint8_t level, OffsetRange range) {
  if (ahead_.empty()) return;
  auto at = by_message_.lower_bound({level, range.first});
  for (; at != by_message_.end() && at->first < MessageId{level, range.next}; ++at) {
    ahead_.erase({level, at->second->second.place});
  }
}

void LastValues::forget(MessageId message) {
  forget(message.level, {message.offset, message.offset.plus(1)});
}

void LastValues::forget(std::uint8_t level, OffsetRange range) {
  MessageId first{level, range.first}, next{level, range.next};
  outlived_.erase(outlived_.lower_bound(first), outlived_.lower_bound(next));
  for (auto at = by_message_.lower_bound(first); at != by_message_.end() && at->first < next;) {
    ahead_.erase({level, at->second->second.place});
    by_key_.erase(by_key_.find(at->second->first));
    at = by_message_.erase(at);
  }
}

std::optional<LastValues::Newest> LastValues::first_ahead() const {
  if (ahead_.empty()) return std::nullopt;
  return by_message_.at(ahead_.begin()->second)->second;
}

}  // namespace wharf::queue
