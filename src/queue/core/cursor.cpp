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
  passed_ = settled_;
  redelivered_below_ = std::min(state.handed_below, end_);
  for (const auto& [first, next] : state.handed_ahead.ranges()) redelivered_ahead_.add({std::max(first, floor_), std::min(next, end_)});
  reserved_ahead_ = std::move(state.handed_ahead);
  raise_reserved(state.handed_below);
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
  CursorState state{.floor = floor_,
                    .handed_below = std::max(ends ? next_ : reserved_, redelivered_below_),
                    .handed_ahead = ends ? out_ahead() : reserved_ahead_,
                    .settled = settled_,
                    .tries = old_tries_,
                    .counted = counted()};
  for (const auto& [first, next] : redelivered_ahead_.ranges()) state.handed_ahead.add({std::max(first, floor_), next});
  state.handed_below = state.handed_ahead.take_front(state.handed_below);
  for (const auto& [offset, held] : held_) {
    if (held.tries > 0) state.tries.insert_or_assign(Offset(offset), held.tries);
  }
  for (const auto& [offset, returned] : returned_) {
    if (returned.tries > 0) state.tries.insert_or_assign(offset, returned.tries);
  }
  return state;
}

OffsetRange Cursor::front_run() const {
  std::optional<Ready> ready = front();
  WHARF_ASSERT(ready);
  Offset first = ready->offset;
  return {first, is_waiting(first) ? passed_.next_inside(first, end_) : first.plus(1)};
}

/// Behind `next`, with somebody or back from them.
OffsetRanges Cursor::out_ahead() const {
  OffsetRanges out;
  for (const auto& [offset, held] : held_) {
    if (offset >= next_.value) out.add({Offset(offset), Offset(offset + 1)});
  }
  for (auto at = returned_.lower_bound(next_); at != returned_.end(); ++at) {
    if (at->second.redelivered) out.add({at->first, at->first.plus(1)});
  }
  return out;
}

/// They do not wait any more. `next` never rests on one of them.
void Cursor::pass(OffsetRange range) {
  if (range.first == next_ && range.next > next_) {
    next_ = range.next;  // by far the most
  } else {
    passed_.add({std::max(range.first, next_), range.next});
  }
  next_ = passed_.take_front(next_);
}

std::optional<Ready> Cursor::peek() const {
  std::optional<Ready> ready = front();
  return ready && ready->held_back ? std::nullopt : ready;
}

std::optional<Ready> Cursor::ready_at_or_behind(Offset from) const {
  Offset waiting = passed_.next_outside(std::max(from, next_));
  auto returned = returned_.empty() ? returned_.end() : returned_.lower_bound(from);
  if (returned != returned_.end() && (waiting >= end_ || returned->first < waiting)) {
    return Ready{returned->first, returned->second.tries, returned->second.redelivered, is_held_back(returned->first)};
  }
  if (waiting >= end_) return std::nullopt;
  Ready ready{.offset = waiting, .redelivered = may_have_been_out(waiting)};
  ready.held_back = is_held_back(waiting);
  if (!old_tries_.empty()) {
    auto tries = old_tries_.find(waiting);
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
  return Placed{offset, tries == old_tries_.end() ? 0 : tries->second, may_have_been_out(offset), Whereabouts::kReady};
}

void Cursor::take(Offset offset, Held held) {
  if (is_waiting(offset)) {
    pass({offset, offset.plus(1)});
    if (!old_tries_.empty()) old_tries_.erase(offset);
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
  std::optional<Ready> ready = ready_at_or_behind(offset);
  WHARF_ASSERT(ready && ready->offset == offset);
  if (auto returned = returned_.find(offset); returned != returned_.end()) held.bytes = returned->second.bytes;
  held.tries = ready->tries;
  held.redelivered = ready->redelivered;
  take(offset, held);
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
  } else if (auto returned = returned_.find(offset); returned != returned_.end()) {
    returned_bytes_ -= returned->second.bytes;
    returned_.erase(returned);
  }
  if (!old_tries_.empty()) old_tries_.erase(offset);
  if (offset >= next_) pass({offset, offset.plus(1)});
  if (offset == floor_) {
    floor_ = settled_.empty() ? floor_.plus(1) : settled_.take_front(floor_.plus(1));
    note_if_empty();
    return true;
  }
  return settled_.add({offset, offset.plus(1)}) > 0;
}

/// By looking at each message of the range, or at all that is in flight: at what is less.
std::vector<std::pair<Offset, Held>> Cursor::held_in(OffsetRange range) const {
  std::vector<std::pair<Offset, Held>> within;
  if (held_.empty() || range.size() <= 0) return within;
  if (static_cast<std::uint64_t>(range.size()) <= held_.bucket_count()) {
    for (Offset at = range.first; at < range.next; at = at.plus(1)) {
      if (auto found = held_.find(at.value); found != held_.end()) within.emplace_back(at, found->second);
    }
    return within;
  }
  for (const auto& [offset, held] : held_) {
    if (offset >= range.first.value && offset < range.next.value) within.emplace_back(Offset(offset), held);
  }
  return within;
}

std::int64_t Cursor::settle_range(OffsetRange range) {
  range = {std::max(range.first, floor_), std::min(range.next, end_)};
  if (range.size() <= 0) return 0;
  for (auto at = returned_.lower_bound(range.first); at != returned_.end() && at->first < range.next;) {
    returned_bytes_ -= at->second.bytes;
    at = returned_.erase(at);
  }
  for (auto at = old_tries_.lower_bound(range.first); at != old_tries_.end() && at->first < range.next;) at = old_tries_.erase(at);
  for (const auto& [offset, held] : held_in(range)) {
    auto gone = held_.find(offset.value);
    held_bytes_ -= gone->second.bytes;
    held_.erase(gone);
  }
  OffsetRange unread{std::max(range.first, next_), range.next};
  if (unread.size() > 0) dropped_unread(unread.size() - passed_.count_in(unread));
  if (unread.size() > 0) pass(unread);
  std::int64_t count = settled_.add(range);
  floor_ = settled_.take_front(floor_);
  note_if_empty();
  return count;
}

/// Nobody looked at them: they count as the average of what waits.
void Cursor::dropped_unread(std::int64_t messages) {
  if (waiting() == 0) return;
  double share = static_cast<double>(messages) / static_cast<double>(waiting());
  waiting_bytes_ -= std::min(waiting_bytes_, static_cast<std::uint64_t>(static_cast<double>(waiting_bytes_) * share));
  if (static_cast<std::uint64_t>(messages) == waiting()) waiting_bytes_ = 0;
}

void Cursor::note_if_empty() {
  if (floor_ < end_) return;
  waiting_bytes_ = 0;
  expiring_ = false;
}

void Cursor::put_back(Offset offset, std::uint32_t tries, bool redelivered) {
  auto found = held_.find(offset.value);
  WHARF_ASSERT(found != held_.end());
  returned_.emplace(offset, Returned{tries, found->second.bytes, redelivered});
  held_bytes_ -= found->second.bytes;
  returned_bytes_ += found->second.bytes;
  held_.erase(found);
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
