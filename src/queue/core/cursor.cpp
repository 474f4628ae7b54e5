#include "queue/core/cursor.hpp"

#include <algorithm>

#include "model/error.hpp"

namespace wharf::queue {

void Cursor::restore(CursorState state, Offset log_start, Offset end) {
  floor_ = std::max(state.floor, log_start);
  end_ = std::max(end, floor_);
  for (const auto& [first, next] : state.settled.ranges()) settled_.add({std::max(first, floor_), std::min(next, end_)});
  floor_ = settled_.take_front(floor_);
  next_ = floor_;
  redelivered_below_ = std::min(state.handed_below, end_);
  reserved_ = state.handed_below;
  settled_ahead_ = settled_.count_in({next_, end_});
  for (const auto& [offset, tries] : state.tries) {
    if (offset >= floor_ && offset < end_ && !settled_.holds(offset)) old_tries_.emplace(offset, tries);
  }
}

CursorState Cursor::state(bool ends) const {
  CursorState state{.floor = floor_, .handed_below = std::max(ends ? next_ : reserved_, redelivered_below_), .settled = settled_, .tries = old_tries_};
  for (const auto& [offset, held] : held_) {
    if (held.tries > 0) state.tries.insert_or_assign(Offset(offset), held.tries);
  }
  for (const auto& [offset, returned] : returned_) {
    if (returned.tries > 0) state.tries.insert_or_assign(offset, returned.tries);
  }
  return state;
}

/// `next` never rests on a settled message.
void Cursor::skip_settled() {
  if (settled_ahead_ == 0) return;
  Offset behind = std::min(settled_.next_outside(next_), end_);
  settled_ahead_ -= behind.value - next_.value;
  next_ = behind;
}

std::optional<Ready> Cursor::peek() const {
  std::optional<Ready> ready = front();
  bool within = !ready || ready->offset < next_ || ready->offset < reserved_;
  return within ? ready : std::nullopt;
}

std::optional<Ready> Cursor::front() const {
  if (!returned_.empty()) {
    const auto& [offset, returned] = *returned_.begin();
    return Ready{offset, returned.tries, returned.redelivered};
  }
  Offset next = settled_ahead_ == 0 ? next_ : settled_.next_outside(next_);
  if (next >= end_) return std::nullopt;
  Ready ready{.offset = next, .redelivered = next < redelivered_below_};
  if (!old_tries_.empty()) {
    auto tries = old_tries_.find(next);
    if (tries != old_tries_.end()) ready.tries = tries->second;
  }
  return ready;
}

void Cursor::take(Offset offset, Held held) {
  if (offset >= next_) {
    skip_settled();
    WHARF_ASSERT(offset == next_ && offset < end_);
    next_ = offset.plus(1);
    if (!old_tries_.empty()) old_tries_.erase(offset);
    skip_settled();
  } else {
    WHARF_ASSERT(returned_.erase(offset) == 1);
  }
  held_.emplace(offset.value, held);
}

const Held* Cursor::held_by(Offset offset, std::optional<ConsumerId> holder) const {
  auto found = held_.find(offset.value);
  return found != held_.end() && found->second.holder == holder ? &found->second : nullptr;
}

bool Cursor::settle(Offset offset) {
  if (offset < floor_ || offset >= end_) return false;
  held_.erase(offset.value);
  if (!returned_.empty()) returned_.erase(offset);
  if (!old_tries_.empty()) old_tries_.erase(offset);
  if (offset == floor_) {
    floor_ = settled_.empty() ? floor_.plus(1) : settled_.take_front(floor_.plus(1));
    if (next_ < floor_) {
      settled_ahead_ = settled_.count_in({floor_, end_});
      next_ = floor_;
    }
    return true;
  }
  if (settled_.add({offset, offset.plus(1)}) == 0) return false;
  if (offset >= next_) ++settled_ahead_;
  return true;
}

std::int64_t Cursor::settle_range(OffsetRange range) {
  range = {std::max(range.first, floor_), std::min(range.next, end_)};
  if (range.size() <= 0) return 0;
  for (auto at = returned_.lower_bound(range.first); at != returned_.end() && at->first < range.next;) at = returned_.erase(at);
  for (auto at = old_tries_.lower_bound(range.first); at != old_tries_.end() && at->first < range.next;) at = old_tries_.erase(at);
  boost::unordered::erase_if(held_, [range](const auto& entry) {
    return entry.first >= range.first.value && entry.first < range.next.value;
  });
  std::int64_t count = settled_.add(range);
  floor_ = settled_.take_front(floor_);
  next_ = std::max(next_, floor_);
  settled_ahead_ = settled_.count_in({next_, end_});
  return count;
}

void Cursor::put_back(Offset offset, std::uint32_t tries, bool redelivered) {
  auto found = held_.find(offset.value);
  WHARF_ASSERT(found != held_.end());
  returned_.emplace(offset, Returned{tries, found->second.bytes, redelivered});
  held_.erase(found);
}

void Cursor::orphan(Offset offset) {
  auto found = held_.find(offset.value);
  WHARF_ASSERT(found != held_.end());
  found->second.holder.reset();
}

}  // namespace wharf::queue
