#include "queue/core/queue.hpp"

#include <algorithm>
#include <limits>

namespace wharf::queue {
namespace {

/// What a start may have to look through after a crash.
constexpr std::uint64_t kMostUncountedMessages = 1024;
constexpr std::uint64_t kMostUncountedBytes = 128u << 10;

}  // namespace

Queue::Queue(QueueOptions options)
    : options_(std::move(options)), consumers_(options_.settings.single_active_consumer) {
  const QueueSettings& settings = options_.settings;
  if (settings.groups)
    groups_ = std::make_unique<MessageGroups>(consumers_, settings.rebalances_groups, options_.groups);
  if (settings.last_value_key) values_ = std::make_unique<LastValues>();
  is_plain_ = !groups_ && !values_ && !settings.deduplicates;
}

/// Messages that went out while the queue had no limit have their time from now on.
void Queue::configure(const QueueSettings& settings, MonotonicTime now) {
  bool had_timeout = has_timeout();
  QueueSettings born = std::exchange(options_.settings, settings);
  options_.settings.max_priority = born.max_priority;
  options_.settings.single_active_consumer = born.single_active_consumer;
  options_.settings.deduplicates = born.deduplicates;
  options_.settings.groups = born.groups;
  options_.settings.rebalances_groups = born.rebalances_groups;
  options_.settings.last_value_key = std::move(born.last_value_key);
  if (had_timeout || !has_timeout()) return;
  for (auto& [number, cursor] : levels_) cursor.restart_clocks(now);
}

Cursor& Queue::level(std::uint8_t number) {
  auto [at, is_new] = levels_.try_emplace(number);
  if (is_new && !options_.keeps_state) at->second.raise_reserved(Offset(std::numeric_limits<std::int64_t>::max()));
  return at->second;
}

std::vector<std::uint8_t> Queue::restored_levels() const {
  std::vector<std::uint8_t> numbers;
  for (const auto& [number, state] : restored_) numbers.push_back(number);
  return numbers;
}

bool Queue::open(std::uint8_t number, Offset log_start, Offset end) {
  auto restored = restored_.extract(number);
  bool is_in_step = level(number).restore(restored ? std::move(restored.mapped()) : CursorState{}, log_start, end);
  if (!options_.keeps_state) level(number).raise_reserved(Offset(std::numeric_limits<std::int64_t>::max()));
  return is_in_step;
}

void Queue::arrived(std::uint8_t number, Offset end, std::uint64_t bytes, bool expiring) {
  Cursor& cursor = level(number);
  const auto messages = static_cast<std::uint64_t>(std::max<std::int64_t>(0, end.value - cursor.end().value));
  traffic_.count(QueueEvent::kPublish, messages);
  uncounted_messages_ += messages;
  uncounted_bytes_ += bytes;
  cursor.raise_end(end, bytes, expiring);
}

void Queue::missing(std::uint8_t number, OffsetRange range) {
  for (const auto& [offset, held] : level(number).held_in(range)) {
    if (!held.holder) continue;
    consumers_.settled(*held.holder, 1);
    if (groups_) groups_->changed(*held.holder);
  }
  level(number).settle_range(range);
  ids_.forget(number, range);
  went(number, range);
  if (groups_) groups_->gone(number, range);
  if (values_) values_->forget(number, range);
  if (options_.keeps_state) change_.levels[number].settled.push_back(range);
}

std::optional<Offer> Queue::head() const {
  if (values_) {
    if (std::optional<MessageId> placed = placed_in_front()) return offer_of(*placed);
  }
  for (auto at = levels_.rbegin(); at != levels_.rend(); ++at) {
    std::optional<Ready> ready = at->second.peek();
    if (ready) return Offer{{at->first, ready->offset}, ready->tries, ready->redelivered, {}, {}};
    if (at->second.ready() > 0) return std::nullopt;  // the reserve is on its way; a lower level does not overtake
  }
  return std::nullopt;
}

std::optional<Standing> Queue::at_or_behind(MessageId from) const {
  for (auto at = std::make_reverse_iterator(levels_.upper_bound(from.level)); at != levels_.rend(); ++at) {
    Offset offset = at->first == from.level ? from.offset : Offset{0};
    if (std::optional<Placed> placed = at->second.at_or_behind(offset)) {
      return Standing{{at->first, placed->offset}, placed->tries, placed->redelivered, placed->where};
    }
  }
  return std::nullopt;
}

std::optional<Offer> Queue::oldest() const {
  for (auto at = levels_.rbegin(); at != levels_.rend(); ++at) {
    std::optional<Ready> ready = at->second.front();
    if (ready) return Offer{{at->first, ready->offset}, ready->tries, ready->redelivered, {}, {}};
  }
  return std::nullopt;
}

bool Queue::waits_for_reserve() const {
  return consumers_.attached() > 0 && ready() > 0 && is_held_back();
}

std::optional<Offer> Queue::offer() const {
  if (groups_ || !consumers_.choose()) return std::nullopt;
  return head();
}

void Queue::take(MessageId id, const Held& held) {
  level(id.level).take(id.offset, held);
  went(id.level, {id.offset, id.offset.plus(1)});
}

void Queue::note_held(ConsumerId holder, MessageId id) {
  consumers_.holds(holder, id, [this, holder](MessageId one) { return is_held_by(one, holder); });
}

bool Queue::is_held_by(MessageId id, ConsumerId holder) const {
  auto level = levels_.find(id.level);
  return level != levels_.end() && level->second.held_by(id.offset, holder) != nullptr;
}

std::optional<ConsumerId> Queue::hand_out(const Offer& offer, const Facts& facts, Timestamp now,
                                          std::vector<Death>& deaths) {
  if (facts.expires && *facts.expires <= now && !goes_now(offer, facts)) {
    kill(offer, facts.bytes, DeathReason::kExpired, deaths);
    return std::nullopt;
  }
  std::optional<ConsumerId> to =
      groups_ ? groups_->taker(*offer.selector, offer.group) : consumers_.choose(offer.selector);
  WHARF_ASSERT(to);
  bool others_could = !groups_ || groups_->is_anybodys(*offer.selector, offer.group);
  passed_over_ = passed_over_ || (others_could && consumers_.any_short());
  take(offer.id, {to, offer.tries, facts.bytes, offer.redelivered, facts.now});
  bool settles_itself = consumers_.options(*to)->settles_itself;
  traffic_.count(settles_itself ? QueueEvent::kDeliverNoAck : QueueEvent::kDeliver);
  traffic_.count(QueueEvent::kRedeliver, offer.redelivered);
  consumers_.handed(*to, facts.bytes);
  if (groups_) note_handed(offer, *to, settles_itself, facts.closes_group);
  settles_itself ? settle_one(offer.id) : note_held(*to, offer.id);
  return to;
}

bool Queue::get(const Offer& offer, const Facts& facts, ConsumerId holder, bool settled, Timestamp now,
                std::vector<Death>& deaths) {
  if (facts.expires && *facts.expires <= now) {
    kill(offer, facts.bytes, DeathReason::kExpired, deaths);
    return false;
  }
  take(offer.id, {holder, offer.tries, facts.bytes, offer.redelivered, facts.now});
  traffic_.count(settled ? QueueEvent::kGetNoAck : QueueEvent::kGet);
  traffic_.count(QueueEvent::kRedeliver, offer.redelivered);
  if (groups_) note_handed(offer, holder, settled, facts.closes_group);
  if (settled) {
    settle_one(offer.id);
  } else {
    consumers_.add_holder(holder);
    consumers_.handed(holder, facts.bytes);
    note_held(holder, offer.id);
  }
  return true;
}

std::vector<Queue::Overdue> Queue::overdue(MonotonicTime now) const {
  std::vector<Overdue> overdue;
  const std::optional<Milliseconds> least = least_timeout();
  if (!least) return overdue;
  for (const auto& [number, cursor] : levels_) {
    for (const auto& [offset, held] : cursor.held()) {
      if (!held.holder || now - held.since < *least) continue;
      std::optional<Milliseconds> timeout = consumers_.timeout_of(*held.holder, options_.settings.consumer_timeout);
      if (timeout && now - held.since >= *timeout) overdue.push_back({*held.holder, {number, Offset(offset)}});
    }
  }
  return overdue;
}

std::optional<Milliseconds> Queue::least_timeout() const {
  std::optional<Milliseconds> least = consumers_.least_timeout();
  if (has_timeout()) least = std::min(*options_.settings.consumer_timeout, least.value_or(Milliseconds::max()));
  return least;
}

void Queue::settle_one(MessageId id) {
  if (!is_plain_) note_gone(id);
  if (level(id.level).settle(id.offset)) note_settled(id, id.offset);
}

void Queue::note_gone(MessageId id) {
  ids_.forget(id);
  if (groups_) groups_->gone(id);
  if (values_) values_->forget(id);
}

void Queue::note_settled(MessageId id, Offset last) {
  if (!options_.keeps_state) return;
  std::vector<OffsetRange>& settled = change_.levels[id.level].settled;
  if (!settled.empty() && settled.back().next == id.offset) {
    settled.back().next = last.plus(1);
  } else {
    settled.push_back({id.offset, last.plus(1)});
  }
}

void Queue::settle(ConsumerId holder, std::span<const Settlement> settlements, MonotonicTime now,
                   std::vector<Death>& deaths) {
  for (const Settlement& settlement : settlements) {
    const Cursor& cursor = level(settlement.first.level);
    Offset last = std::min(settlement.last, cursor.end());
    for (MessageId id = settlement.first; id.offset <= last; id.offset = id.offset.plus(1)) {
      settle_held(holder, id, settlement.verdict, now, deaths);
    }
  }
}

void Queue::settle_held(ConsumerId holder, MessageId id, Verdict verdict, MonotonicTime now,
                        std::vector<Death>& deaths) {
  Cursor& cursor = level(id.level);
  const Held* found = cursor.held_by(id.offset, holder);
  if (found == nullptr) return;
  Held held = *found;
  consumers_.settled(holder, 1);
  if (groups_) groups_->changed(holder);
  switch (verdict) {
    case Verdict::kDone:
      traffic_.count(QueueEvent::kAck);
      return settle_one(id);
    case Verdict::kReject:
      return die(id, DeathReason::kRejected, held.tries, deaths);
    case Verdict::kReturn:
    case Verdict::kGiveBack:
      return put_back(cursor, id, held, verdict, now, deaths);
  }
}

std::optional<Milliseconds> Queue::retry_delay(std::uint32_t tries) const {
  const std::optional<RetryDelays>& retry = options_.settings.retry;
  if (!retry || retry->delays.empty() || tries == 0) return std::nullopt;
  return retry->delays[std::min<std::size_t>(tries, retry->delays.size()) - 1];
}

std::optional<MonotonicTime> Queue::next_try() const {
  return resting_.empty() ? std::nullopt : std::optional(resting_.begin()->first);
}

bool Queue::wake(MonotonicTime now, std::size_t most) {
  while (!resting_.empty() && resting_.begin()->first <= now) {
    if (most-- == 0) return true;
    MessageId id = resting_.begin()->second;
    resting_.erase(resting_.begin());
    Cursor& cursor = level(id.level);
    const Held* held = cursor.held_by(id.offset, std::nullopt);
    if (held == nullptr) continue;  // it was lost meanwhile
    cursor.put_back(id.offset, held->tries, true);
    came_back(id);
  }
  return false;
}

void Queue::put_back(Cursor& cursor, MessageId id, const Held& held, Verdict verdict, MonotonicTime now,
                     std::vector<Death>& deaths) {
  bool counts = verdict == Verdict::kReturn;
  std::uint32_t tries = held.tries + (counts ? 1 : 0);
  traffic_.count(QueueEvent::kReturned, counts);
  if (counts && options_.settings.delivery_limit && tries > *options_.settings.delivery_limit) {
    return die(id, DeathReason::kDeliveryLimit, tries, deaths);
  }
  std::optional<Milliseconds> delay = counts ? retry_delay(tries) : std::nullopt;
  if (delay) {
    cursor.rest(id.offset, tries);
    if (groups_) groups_->rests(id);
    resting_.emplace(now + *delay, id);
  } else {
    cursor.put_back(id.offset, tries, counts || held.redelivered);
    came_back(id);
  }
  if (counts && options_.keeps_state) change_.levels[id.level].tries.insert_or_assign(id.offset, tries);
}

/// What the holder had first: in a queue with priorities that is not the lowest id.
MessageId Queue::first_handed(const std::vector<MessageId>& held) const {
  auto was_earlier = [this](MessageId a, MessageId b) {
    MonotonicTime since_a = levels_.at(a.level).held(a.offset)->since,
                  since_b = levels_.at(b.level).held(b.offset)->since;
    return since_a != since_b ? since_a < since_b : EarlierInQueue()(a, b);
  };
  return *std::ranges::min_element(held, was_earlier);
}

void Queue::release(ConsumerId id, MonotonicTime now, std::vector<Death>& deaths) {
  auto still_held = [this, id](MessageId one) { return is_held_by(one, id); };
  std::vector<MessageId> held = consumers_.held_by(id, still_held);
  stop(id);
  consumers_.remove(id);
  if (held.empty()) return;
  MessageId first = first_handed(held);
  for (MessageId message : held) {
    Cursor& cursor = level(message.level);
    Held was = *cursor.held_by(message.offset, id);
    if (message == first) {
      put_back(cursor, message, was, Verdict::kReturn, now, deaths);
    } else {
      cursor.put_back(message.offset, was.tries, true);
      came_back(message);
      traffic_.count(QueueEvent::kReturned);
    }
  }
}

void Queue::note_death(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected:
      return traffic_.count(QueueEvent::kRejected);
    case DeathReason::kExpired:
      return traffic_.count(QueueEvent::kExpired);
    case DeathReason::kMaxLength:
      return traffic_.count(QueueEvent::kDropped);
    case DeathReason::kDeliveryLimit:
      return traffic_.count(QueueEvent::kUndeliverable);
  }
}

bool Queue::goes_somewhere(DeathReason reason) const {
  return has_dead_letter_target() || (options_.parks_undeliverable && reason == DeathReason::kDeliveryLimit);
}

/// In flight and on its way out of the queue, or gone at once where it goes nowhere. Its way may lead back to this
/// queue.
void Queue::die(MessageId id, DeathReason reason, std::uint32_t tries, std::vector<Death>& deaths) {
  note_gone(id);
  note_death(reason);
  traffic_.count(QueueEvent::kDeadLettered, has_dead_letter_target());
  if (goes_somewhere(reason)) {
    level(id.level).orphan(id.offset);
    deaths.push_back({id, reason, tries});
  } else {
    settle_one(id);
  }
}

void Queue::kill(const Offer& offer, std::uint32_t bytes, DeathReason reason, std::vector<Death>& deaths) {
  take(offer.id, {std::nullopt, offer.tries, bytes});
  die(offer.id, reason, offer.tries, deaths);
}

const Held* Queue::held(MessageId id) const {
  auto level = levels_.find(id.level);
  const Held* held = level == levels_.end() ? nullptr : level->second.held(id.offset);
  return held != nullptr && held->holder ? held : nullptr;
}

Result<void> Queue::hold(MessageId id, std::uint32_t bytes, ConsumerId holder, MonotonicTime now) {
  std::optional<Standing> standing = at_or_behind(id);
  if (!standing || standing->id != id) return fail(ErrorCode::kNotFound, "there is no message at this position");
  if (standing->where == Whereabouts::kInFlight) return fail(ErrorCode::kLocked, "a consumer holds this message");
  if (standing->where == Whereabouts::kDying) {
    return fail(ErrorCode::kLocked, "this message is on its way to where dead letters go");
  }
  if (standing->where == Whereabouts::kResting) {
    std::erase_if(resting_, [id](const auto& entry) { return entry.second == id; });
  }
  bool held = level(id.level).hold(id.offset, {.holder = holder, .bytes = bytes, .since = now});
  WHARF_ASSERT(held);
  went(id.level, {id.offset, id.offset.plus(1)});
  consumers_.add_holder(holder);
  consumers_.handed(holder, bytes);
  note_held(holder, id);
  return {};
}

bool Queue::drop(MessageId id, std::uint32_t bytes) {
  std::optional<Standing> standing = at_or_behind(id);
  if (!standing || standing->id != id || standing->where != Whereabouts::kReady) return false;
  take(id, {.holder = std::nullopt, .bytes = bytes});
  settle_one(id);
  traffic_.count(QueueEvent::kPurged);
  return true;
}

std::optional<Queue::Reserve> Queue::wanted_reserve() const {
  if (!options_.keeps_state) return std::nullopt;
  for (const auto& [number, cursor] : levels_) {
    auto asked = reserve_asked_.find(number);
    Offset reserved = asked == reserve_asked_.end() ? cursor.reserved() : std::max(asked->second, cursor.reserved());
    if (cursor.next().plus(options_.reserve_messages / 2) >= reserved)
      return Reserve{number, cursor.next().plus(2 * options_.reserve_messages), std::nullopt};
  }
  return wanted_ahead();
}

void Queue::reserve_asked(Reserve reserve) {
  if (reserve.first) {
    ahead_asked_.push_back(reserve);
    change_.levels[reserve.level].handed_ahead.push_back({*reserve.first, reserve.below});
    return;
  }
  reserve_asked_.insert_or_assign(reserve.level, reserve.below);
  change_.levels[reserve.level].handed_below = reserve.below;
}

void Queue::reserved(Reserve reserve) {
  if (!reserve.first) return level(reserve.level).raise_reserved(reserve.below);
  level(reserve.level).reserve_ahead({*reserve.first, reserve.below});
  std::erase(ahead_asked_, reserve);
}

void Queue::reserve_failed(Reserve reserve) {
  if (reserve.first) {
    std::erase(ahead_asked_, reserve);
  } else {
    reserve_asked_.erase(reserve.level);
  }
}

bool Queue::wants_count() const {
  return options_.keeps_state &&
         (uncounted_messages_ >= kMostUncountedMessages || uncounted_bytes_ >= kMostUncountedBytes);
}

StateChange Queue::take_change() {
  StateChange change = std::exchange(change_, {});
  if (change.empty() && !wants_count()) return change;
  for (const auto& [number, cursor] : levels_) change.levels[number].counted = cursor.counted();
  uncounted_messages_ = uncounted_bytes_ = 0;
  return change;
}

StateChange Queue::snapshot(bool ends) const {
  StateChange snapshot{.is_snapshot = true};
  for (const auto& [number, cursor] : levels_) {
    CursorState state = cursor.state(ends);
    LevelChange& level = snapshot.levels[number];
    level.floor = state.floor;
    level.handed_below = state.handed_below;
    auto asked = reserve_asked_.find(number);
    if (!ends && asked != reserve_asked_.end()) level.handed_below = std::max(state.handed_below, asked->second);
    for (const auto& [first, next] : state.handed_ahead.ranges()) level.handed_ahead.push_back({first, next});
    for (const Reserve& ahead : ahead_asked_) {
      if (!ends && ahead.level == number) level.handed_ahead.push_back({*ahead.first, ahead.below});
    }
    for (const auto& [first, next] : state.settled.ranges()) level.settled.push_back({first, next});
    level.tries = std::move(state.tries);
    level.counted = state.counted;
  }
  return snapshot;
}

bool Queue::is_untouched() const {
  return std::ranges::all_of(levels_, [](const auto& level) { return level.second.state(true) == CursorState{}; });
}

std::uint64_t Queue::ready() const {
  std::uint64_t count = 0;
  for (const auto& [number, cursor] : levels_) count += cursor.ready();
  return count;
}

std::uint64_t Queue::ready_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [number, cursor] : levels_) bytes += cursor.ready_bytes();
  return bytes;
}

std::uint64_t Queue::unsettled() const {
  std::uint64_t count = 0;
  for (const auto& [number, cursor] : levels_) count += cursor.in_flight();
  return count;
}

}  // namespace wharf::queue
