#include "queue/core/cursor.hpp"

#include <algorithm>
#include <iterator>

#include "model/error.hpp"

namespace wharf::queue {

bool Cursor::restore(CursorState state, Offset log_start, Offset end) {
  WHARF_ASSERT(log_start <= end);
  bool log_is_shorter = state.floor > end || (!state.settled.empty() && std::prev(state.settled.ranges().end())->second > end);
  floor_ = std::clamp(state.floor, log_start, end);
  end_ = end;
  for (const auto& [first, next] : state.settled.ranges()) settled_.add({std::max(first, floor_), std::min(next, end_)});
  floor_ = settled_.take_front(floor_);
  next_ = floor_;
  redelivered_below_ = std::min(state.handed_below, end_);
  reserved_ = state.handed_below;
  settled_ahead_ = settled_.count_in({next_, end_});
  for (const auto& [offset, tries] : state.tries) {
    if (offset >= floor_ && offset < end_ && !settled_.holds(offset)) old_tries_.emplace(offset, tries);
  }
  uncounted_ = {std::clamp(state.counted.below, floor_, end_), end_};
  expiring_ = state.counted.expiring;
  waiting_bytes_ = state.counted.bytes;
  note_if_empty();
  return !log_is_shorter;
}

void Cursor::raise_end(Offset end, std::uint64_t bytes, bool expiring) {
  if (end <= end_) return;
  end_ = end;
  count_old(bytes, expiring);
}

void Cursor::count_old(std::uint64_t bytes, bool expiring) {
  waiting_bytes_ += bytes;
  expiring_ = expiring_ || expiring;
}

CursorState Cursor::state(bool ends) const {
  CursorState state{.floor = floor_, .handed_below = std::max(ends ? next_ : reserved_, redelivered_below_), .settled = settled_, .tries = old_tries_, .counted = counted()};
  for (const auto& [offset, held] : held_) {
    if (held.tries > 0) state.tries.insert_or_assign(Offset(offset), held.tries);
  }
  for (const auto& [offset, returned] : returned_) {
    if (returned.tries > 0) state.tries.insert_or_assign(offset, returned.tries);
  }
  return state;
}

/// `next` does not rest on what is settled or held.
void Cursor::skip_gone() {
  while (true) {
    if (settled_ahead_ > 0) {
      Offset behind = std::min(settled_.next_outside(next_), end_);
      settled_ahead_ -= behind.value - next_.value;
      next_ = behind;
    }
    if (ahead_.empty() || *ahead_.begin() != next_) return;
    ahead_.erase(ahead_.begin());
    next_ = next_.plus(1);
  }
}

/// The end, if none is.
Offset Cursor::first_waiting() const {
  Offset first = settled_ahead_ == 0 ? next_ : settled_.next_outside(next_);
  if (ahead_.empty()) return first;
  while (ahead_.contains(first)) first = settled_.next_outside(first.plus(1));
  return first;
}

OffsetRange Cursor::front_run() const {
  if (!returned_.empty()) return {returned_.begin()->first, returned_.begin()->first.plus(1)};
  Offset first = first_waiting();
  Offset next = settled_.next_inside(first, end_);
  auto held = ahead_.lower_bound(first);
  return {first, held == ahead_.end() ? next : std::min(next, *held)};
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
  Offset next = first_waiting();
  if (next >= end_) return std::nullopt;
  Ready ready{.offset = next, .redelivered = next < redelivered_below_};
  if (!old_tries_.empty()) {
    auto tries = old_tries_.find(next);
    if (tries != old_tries_.end()) ready.tries = tries->second;
  }
  return ready;
}

std::optional<Placed> Cursor::at_or_behind(Offset from) const {
  Offset offset = settled_.next_outside(std::max(from, floor_));
  if (offset >= end_) return std::nullopt;
  if (auto held = held_.find(offset.value); held != held_.end()) {
    const Held& one = held->second;
    Whereabouts where = one.holder ? Whereabouts::kInFlight : one.resting ? Whereabouts::kResting : Whereabouts::kDying;
    return Placed{offset, one.tries, one.redelivered || one.resting, where};
  }
  if (auto returned = returned_.find(offset); returned != returned_.end()) {
    return Placed{offset, returned->second.tries, returned->second.redelivered, Whereabouts::kReady};
  }
  auto tries = old_tries_.find(offset);
  return Placed{offset, tries == old_tries_.end() ? 0 : tries->second, offset < redelivered_below_,
                Whereabouts::kReady};
}

void Cursor::take(Offset offset, Held held) {
  if (offset >= next_) {
    skip_gone();
    WHARF_ASSERT(offset == next_ && offset < end_);
    next_ = offset.plus(1);
    if (!old_tries_.empty()) old_tries_.erase(offset);
    skip_gone();
    waiting_bytes_ -= std::min<std::uint64_t>(waiting_bytes_, held.bytes);
    if (next_ == end_) waiting_bytes_ = 0;
  } else {
    auto found = returned_.find(offset);
    WHARF_ASSERT(found != returned_.end());
    returned_bytes_ -= found->second.bytes;
    returned_.erase(found);
  }
  held_bytes_ += held.bytes;
  held_.emplace(offset.value, held);
}

bool Cursor::hold(Offset offset, Held held) {
  if (offset < floor_ || offset >= end_ || settled_.holds(offset)) return false;
  if (auto found = held_.find(offset.value); found != held_.end()) {
    if (!found->second.resting) return false;
    found->second.holder = held.holder;
    found->second.resting = false;
    found->second.redelivered = true;  // it came back
    found->second.since = held.since;
    return true;
  }
  if (auto returned = returned_.find(offset); returned != returned_.end()) {
    held.tries = returned->second.tries;
    held.bytes = returned->second.bytes;
    held.redelivered = returned->second.redelivered;
    take(offset, held);
    return true;
  }
  auto tries = old_tries_.find(offset);
  if (tries != old_tries_.end()) held.tries = tries->second, old_tries_.erase(tries);
  held.redelivered = offset < redelivered_below_;
  waiting_bytes_ -= std::min<std::uint64_t>(waiting_bytes_, held.bytes);
  held_bytes_ += held.bytes;
  held_.emplace(offset.value, held);
  ahead_.insert(offset);
  skip_gone();
  return true;
}

const Held* Cursor::held_by(Offset offset, std::optional<ConsumerId> holder) const {
  auto found = held_.find(offset.value);
  return found != held_.end() && found->second.holder == holder ? &found->second : nullptr;
}

bool Cursor::settle(Offset offset) {
  if (offset < floor_ || offset >= end_) return false;
  if (auto held = held_.find(offset.value); held != held_.end()) {
    held_bytes_ -= held->second.bytes;
    held_.erase(held);
    if (!ahead_.empty()) ahead_.erase(offset);
  } else if (auto returned = returned_.find(offset); returned != returned_.end()) {
    returned_bytes_ -= returned->second.bytes;
    returned_.erase(returned);
  }
  if (!old_tries_.empty()) old_tries_.erase(offset);
  if (offset == floor_) {
    floor_ = settled_.empty() ? floor_.plus(1) : settled_.take_front(floor_.plus(1));
    if (next_ < floor_) {
      settled_ahead_ = settled_.count_in({floor_, end_});
      next_ = floor_;
    }
    note_if_empty();
    return true;
  }
  if (settled_.add({offset, offset.plus(1)}) == 0) return false;
  if (offset >= next_) ++settled_ahead_;
  return true;
}

std::int64_t Cursor::settle_range(OffsetRange range) {
  range = {std::max(range.first, floor_), std::min(range.next, end_)};
  if (range.size() <= 0) return 0;
  for (auto at = returned_.lower_bound(range.first); at != returned_.end() && at->first < range.next;) {
    returned_bytes_ -= at->second.bytes;
    at = returned_.erase(at);
  }
  for (auto at = old_tries_.lower_bound(range.first); at != old_tries_.end() && at->first < range.next;) at = old_tries_.erase(at);
  boost::unordered::erase_if(held_, [range, this](const auto& entry) {
    bool within = entry.first >= range.first.value && entry.first < range.next.value;
    if (within) held_bytes_ -= entry.second.bytes;
    return within;
  });
  OffsetRange unread{std::max(range.first, next_), range.next};
  auto first_ahead = ahead_.lower_bound(range.first), next_ahead = ahead_.lower_bound(range.next);
  if (unread.size() > 0)
    dropped_unread(unread.size() - settled_.count_in(unread) - std::distance(first_ahead, next_ahead));
  ahead_.erase(first_ahead, next_ahead);
  std::int64_t count = settled_.add(range);
  floor_ = settled_.take_front(floor_);
  next_ = std::max(next_, floor_);
  settled_ahead_ = settled_.count_in({next_, end_});
  note_if_empty();
  return count;
}

/// Nobody looked at them: they count as the average of what waits.
void Cursor::dropped_unread(std::int64_t messages) {
  auto waiting = static_cast<std::uint64_t>(end_.value - next_.value - settled_ahead_) - ahead_.size();
  if (waiting == 0) return;
  double share = static_cast<double>(messages) / static_cast<double>(waiting);
  waiting_bytes_ -= std::min(waiting_bytes_, static_cast<std::uint64_t>(static_cast<double>(waiting_bytes_) * share));
  if (static_cast<std::uint64_t>(messages) == waiting) waiting_bytes_ = 0;
}

void Cursor::note_if_empty() {
  if (floor_ < end_) return;
  waiting_bytes_ = 0;
  expiring_ = false;
}

void Cursor::put_back(Offset offset, std::uint32_t tries, bool redelivered) {
  auto found = held_.find(offset.value);
  WHARF_ASSERT(found != held_.end());
  std::uint32_t bytes = found->second.bytes;
  held_bytes_ -= bytes;
  held_.erase(found);
  if (ahead_.erase(offset) > 0) {  // its turn has not come yet
    if (tries > 0) old_tries_.insert_or_assign(offset, tries);
    waiting_bytes_ += bytes;
    return;
  }
  returned_.emplace(offset, Returned{tries, bytes, redelivered});
  returned_bytes_ += bytes;
}

void Cursor::rest(Offset offset, std::uint32_t tries) {
  orphan(offset);
  Held& held = held_.find(offset.value)->second;
  held.tries = tries;
  held.resting = true;
}

void Cursor::orphan(Offset offset) {
  auto found = held_.find(offset.value);
  WHARF_ASSERT(found != held_.end());
  found->second.holder.reset();
}

}  // namespace wharf::queue
