#include "queue/shell/live_queue.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "model/message.hpp"
#include "model/message_group.hpp"

namespace wharf::queue {
namespace {

log::AppendContext context_of(const QueueSurroundings& with, bool from_client) {
  return {.leader_epoch = with.leader_epoch(), .now = with.shard.clock().wall_now(), .from_client = from_client};
}

/// What comes back too often from where such messages are kept is dropped.
bool parks_undeliverable(const QueueSurroundings& with, const QueueIdentity& identity) {
  return with.dead_letters != nullptr && with.dead_letters->parks() && identity.name != kParkedQueue;
}

}  // namespace

LiveQueue::LiveQueue(QueueSurroundings& with, QueueIdentity identity, QueueSettings settings)
    : with_(with),
      identity_(std::move(identity)),
      core_({.settings = std::move(settings),
             .keeps_state = identity_.durable,
             .parks_undeliverable = parks_undeliverable(with, identity_)}),
      last_used_(with.shard.now()),
      opened_(last_used_) {
  if (identity_.durable) keep_state();
  watch_use();
  watch_consumers();
}

LiveQueue::~LiveQueue() {
  end_life();
}

/// Nothing that was to come later comes.
void LiveQueue::end_life() {
  *alive_ = false;
  for (auto* timer : {&timer_, &use_timer_, &consumers_timer_, &wake_timer_, &burial_timer_}) {
    if (*timer) with_.shard.cancel_timer(**timer);
    timer->reset();
  }
}

void LiveQueue::begin() {
  if (core_.has_expiring()) pump();
}

void LiveQueue::note_refused(const Incoming& incoming) {
  with_.logs.store().refuse(log_of(incoming.level), incoming.batch.number());
}

void LiveQueue::enqueue(Incoming incoming, Answered answered) {
  std::optional<MessageNumber> number = incoming.batch.number();
  if (number && has_come(*number, incoming, answered)) return;
  std::optional<Identified> identified = identify(incoming);
  if (identified && is_duplicate(*identified, incoming, answered)) return;
  std::optional<Valued> valued = value_of(incoming);
  bool replaces = valued && core_.replaceable(valued->key) != nullptr;  // and makes its own room
  note_second();
  if (Result<void> admitted = core_.admit(incoming.messages, incoming.body_bytes); !admitted && !replaces) {
    core_.traffic().count(QueueEvent::kRefused, incoming.messages);
    note_refused(incoming);
    dead_letter_refused(incoming.batch);
    return answered(admitted);
  }
  if (!core_.levels().contains(incoming.level)) {
    Result<log::PartitionLog*> opened = open_level(incoming.level);
    if (!opened) return answered(fail(opened.error()));
  }
  PartitionId partition = log_of(incoming.level);
  Result<log::Appended> appended = with_.logs.append(partition, std::move(incoming.batch), context_of(with_, true));
  if (!appended) return answered(fail(appended.error()));
  core_.arrived(incoming.level, appended->next, incoming.body_bytes, incoming.expiring);
  if (identified)
    core_.note_id(std::move(identified->id), {incoming.level, appended->next.plus(-1)}, identified->expires);
  if (valued) core_.note_value(std::move(valued->key), {incoming.level, appended->next.plus(-1)}, valued->bytes);
  if (core_.wants_count() || replaces) mark_state();
  answer({incoming.level, appended->next.plus(-1)}, incoming.persistent, std::move(answered));
  pump();
}

/// Who brought messages, the last of which is this one: those that are to survive a restart are on disk.
void LiveQueue::answer(MessageId last, bool persistent, Answered answered) {
  if (!persistent) return answered({});
  until_kept(last, std::move(answered));
}

Result<void> LiveQueue::subscribe(ConsumerId id, ConsumerOptions options, std::shared_ptr<Outlet> outlet,
                                  std::string_view selector) {
  Result<std::optional<SelectorId>> compiled = selector_of(selector);
  if (!compiled) return fail(compiled.error());
  options.selector = *compiled;
  Result<void> added = core_.subscribe(id, options);
  if (!added) {
    forget_unused_selectors();
    return added;
  }
  outlets_.emplace(id.value, std::move(outlet));
  watch_consumers();
  pump();
  return {};
}

void LiveQueue::wrote(ConsumerId id, std::uint64_t bytes) {
  core_.wrote(id, bytes);
  pump();
}

void LiveQueue::change_share(ConsumerId id, std::int64_t more) {
  core_.change_share(id, more);
  pump();
}

void LiveQueue::take_share(ConsumerId id, bool all) {
  std::optional<std::uint64_t> taken = core_.take_share(id, all);
  if (!taken) return;
  outlets_.at(id.value)->returned(id, *taken);
  pump();
}

void LiveQueue::settle(ConsumerId holder, std::span<const Settlement> settlements) {
  note_second();
  core_.settle(holder, settlements, with_.shard.now(), deaths_);
  mark_state();
  pump();
}

void LiveQueue::stop(ConsumerId id) {
  bool is_unused = detach(id);
  pump();
  if (is_unused) with_.unused(identity_.id);
}

/// Nothing goes out yet: what it gives back may come before what is next. True: the queue deletes itself now.
bool LiveQueue::detach(ConsumerId id) {
  bool was_attached = core_.consumers().attached() > 0;
  core_.stop(id);
  forget_unused_selectors();
  outlets_.erase(id.value);
  used();
  return was_attached && core_.consumers().attached() == 0 && identity_.auto_delete;
}

void LiveQueue::release(std::span<const Leaver> leaving) {
  bool is_unused = false;
  for (const Leaver& one : leaving) {
    refuse_getters_of(one.consumer);
    is_unused |= detach(one.consumer);
  }
  if (core_.unsettled() > 0) note_second();
  for (const Leaver& one : leaving) {
    std::vector<Settlement> unsent;
    for (MessageId id : one.unsent) unsent.push_back({id, id.offset, Verdict::kGiveBack});
    core_.settle(one.consumer, unsent, with_.shard.now(), deaths_);
    core_.release(one.consumer, with_.shard.now(), deaths_);
  }
  mark_state();
  pump();
  if (is_unused) with_.unused(identity_.id);
}

void LiveQueue::refuse_getters_of(ConsumerId id) {
  std::vector<GotAnswer> unanswered;
  for (Waiting& waiting : getters_) {
    if (waiting.holder == id) unanswered.push_back(std::move(waiting.answered));
  }
  std::erase_if(getters_, [id](const Waiting& waiting) { return waiting.holder == id; });
  for (GotAnswer& answered : unanswered) answered(fail(ErrorCode::kClosed, "its consumer has gone"));
}

/// A queue that refuses new messages and has a place for dead ones sends them there.
void LiveQueue::dead_letter_refused(const log::OwnedBatches& batch) {
  const std::optional<DeadLetterTarget>& target = core_.settings().dead_letter;
  if (core_.settings().overflow != Overflow::kRejectAndDeadLetter || !target || with_.dead_letters == nullptr) return;
  MessageWindow refused;
  refused.fill(Offset{0}, {SharedBytes(batch.owner, batch.bytes)});
  for (Offset offset{0};; offset = offset.plus(1)) {
    Result<const LoadedMessage*> message = refused.find(offset);
    if (!message || *message == nullptr) return;
    with_.dead_letters->bury({identity_.name_space, identity_.name, DeathReason::kMaxLength, *target,
                              with_.shard.clock().wall_now(), delivery_of({}, **message)},
                             [](std::optional<Arrivals>) {});
  }
}

void LiveQueue::get(ConsumerId holder, bool settled, GotAnswer answered) {
  used();
  note_second();
  getters_.push_back({holder, settled, std::move(answered)});
  pump();
}

void LiveQueue::until_kept(MessageId id, Answered answered) {
  with_.logs.when_committed(log_of(id.level), id.offset.plus(1), std::move(answered));
}

Result<void> LiveQueue::hold(MessageId id, std::uint32_t bytes, ConsumerId holder) {
  return core_.hold(id, bytes, holder, with_.shard.now());
}

std::uint64_t LiveQueue::purge(std::uint64_t most) {
  note_second();
  std::uint64_t dropped = core_.purge(most);
  mark_state();
  return dropped;
}

/// With the first call of a second that may change something.
void LiveQueue::note_second() {
  QueueCounters& traffic = core_.traffic();
  if (traffic.is_of(with_.seconds)) return;
  traffic.set(QueueEvent::kReady, core_.ready());
  traffic.set(QueueEvent::kUnsettled, core_.unsettled());
  traffic.turn_to(with_.seconds);
}

QueueTraffic LiveQueue::traffic() {
  core_.traffic().set(QueueEvent::kReady, core_.ready());
  core_.traffic().set(QueueEvent::kUnsettled, core_.unsettled());
  return core_.traffic().traffic(with_.seconds, with_.shard.now());
}

std::optional<Nanoseconds> LiveQueue::idle_for() const {
  if (core_.traffic().has_counted() && !core_.traffic().is_at_rest(with_.seconds)) return std::nullopt;
  return with_.shard.now() - core_.traffic().last_counted().value_or(opened_);
}

QueueCounts LiveQueue::counts() const {
  return {core_.ready(), core_.unsettled(), core_.consumers().attached()};
}

/// Not nested: what a pump causes is worked off by the pump that runs.
void LiveQueue::pump() {
  again_ = true;
  if (!*alive_ || ended_ || pumping_ || turn_asked_) return;
  pumping_ = true;
  while (again_ && !turn_asked_) {
    again_ = false;
    pump_once();
    if (!again_) watch_expiry();
  }
  pumping_ = false;
}

void LiveQueue::pump_once() {
  pumped_ = with_.shard.now();
  keep_reserve();
  if (!getters_.empty()) drop_surplus();  // who asks is told what is left: consumers had room for it or had not
  wake_resting();
  int served = 0;
  std::uint64_t looks_before = looks_;
  look_bytes_ = 0;
  bool has_more = true;
  while (!turn_asked_ && has_more) {
    has_more = serve_one();
    if (has_more && (++served == kMessagesPerTurn || look_bytes_ > kLookBytesPerTurn)) ask_turn();
  }
  // What somebody has room for is not too much, though it came with others. Who is picky may look for long.
  if (!has_more || look_bytes_ > kLookBytesPerTurn) drop_surplus();
  if (core_.selects() || core_.keeps_last_values()) keep_reserve();  // what they have found may lie far ahead
  send_outgoing();
  for (ConsumerId id : core_.ask_for_share()) outlets_.at(id.value)->wants(id);
  bury_dead();
  if (static_cast<std::uint64_t>(served) > looks_ - looks_before) mark_state();
}

/// What waited for its next try goes back to its place.
void LiveQueue::wake_resting() {
  if (core_.resting() == 0) return;
  if (core_.wake(with_.shard.now(), kMessagesPerTurn)) ask_turn();
  std::optional<MonotonicTime> next = core_.next_try();
  if (!next || turn_asked_ || (wake_timer_ && wake_at_ <= *next)) return;
  if (wake_timer_) with_.shard.cancel_timer(*wake_timer_);
  wake_at_ = *next;
  wake_timer_ = with_.shard.set_timer(wake_at_, [this] {
    wake_timer_.reset();
    pump();
  });
}

/// Others on this shard have theirs before it goes on.
void LiveQueue::ask_turn() {
  turn_asked_ = true;
  with_.shard.post([this, alive = alive_] {
    if (!*alive) return;
    turn_asked_ = false;
    pump();
  });
}

/// They would wait for as long as the disk fails. One that is busy will have time.
void LiveQueue::refuse_getters(const Error& why) {
  if (why.code == ErrorCode::kBusy) return;
  for (Waiting& waiting : std::exchange(getters_, {})) waiting.answered(fail(why));
}

/// True: one was served or something changed, look again.
bool LiveQueue::serve_getter() {
  if (getters_.empty()) return false;
  if (core_.has_groups()) return serve_getter_of_groups();
  std::optional<Offer> offer = core_.head();
  if (!offer) {
    if (core_.ready() > 0) return false;  // the reserve is on its way
    Waiting waiting = std::move(getters_.front());
    getters_.pop_front();
    core_.traffic().count(QueueEvent::kGetEmpty);
    waiting.answered(std::optional<GotMessage>());
    return true;
  }
  bool missing = false;
  const LoadedMessage* message = load(offer->id, missing);
  if (message == nullptr) return missing;
  give_getter(*offer, *message);
  return true;
}

void LiveQueue::give_getter(const Offer& offer, const LoadedMessage& message) {
  Waiting& waiting = getters_.front();
  Facts facts = facts_of(message);
  Delivery delivery = delivery_of(offer, message);
  note_second();
  if (!core_.get(offer, facts, waiting.holder, waiting.settled, with_.shard.clock().wall_now(), deaths_)) return;
  Waiting served = std::move(getters_.front());
  getters_.pop_front();
  served.answered(GotMessage{std::move(delivery), core_.ready()});
}

bool LiveQueue::hand_out_next() {
  std::optional<Offer> offer = core_.offer();
  if (!offer) return false;
  bool missing = false;
  const LoadedMessage* message = load(offer->id, missing);
  if (message == nullptr) return missing;
  hand_out(*offer, *message);
  return true;
}

void LiveQueue::hand_out(const Offer& offer, const LoadedMessage& message) {
  Facts facts = facts_of(message);
  Timestamp now = facts.expires ? with_.shard.clock().wall_now() : kNoTimestamp;
  note_second();
  std::optional<ConsumerId> to = core_.hand_out(offer, facts, now, deaths_);
  if (!to) return;
  auto outgoing = std::ranges::find(outgoing_, *to, &Outgoing::consumer);
  if (outgoing == outgoing_.end()) outgoing = outgoing_.insert(outgoing, {*to, {}});
  outgoing->deliveries.push_back(delivery_of(offer, message));
}

void LiveQueue::send_outgoing() {
  for (Outgoing& outgoing : std::exchange(outgoing_, {})) {
    auto outlet = outlets_.find(outgoing.consumer.value);
    WHARF_ASSERT(outlet != outlets_.end());
    outlet->second->deliver(outgoing.consumer, std::move(outgoing.deliveries));
  }
}

/// One that is not in memory is waited for: those behind it are likely to be near it. Where the disk does not give it,
/// they come first.
void LiveQueue::bury_dead() {
  std::ranges::move(std::exchange(deaths_, {}), std::back_inserter(dead_));
  std::optional<MessageId> unreadable = std::exchange(not_loaded_, std::nullopt);
  if (unreadable && !dead_.empty() && dead_.front().id == *unreadable) std::ranges::rotate(dead_, dead_.begin() + 1);
  for (int buried = 0; !dead_.empty() && bury(dead_.front());) {
    dead_.pop_front();
    if (++buried == kMessagesPerTurn) return ask_turn();
  }
}

/// A dead message is in flight with nobody until it is kept where it goes. False: it is to be loaded.
bool LiveQueue::bury(Death death) {
  const std::optional<DeadLetterTarget>& target = core_.settings().dead_letter;
  bool goes_nowhere = with_.dead_letters == nullptr || (!target && death.reason != DeathReason::kDeliveryLimit);
  bool missing = false;
  const LoadedMessage* message = goes_nowhere || loading_ ? nullptr : load(death.id, missing);
  if (message == nullptr && !missing && !goes_nowhere) return false;
  auto tried = arrived_.extract(death.id);
  if (message == nullptr) {
    core_.buried(death.id);
    mark_state();
    if (tried) bury_some_again(1);
    return true;
  }
  DeadLetter letter{identity_.name_space,
                    identity_.name,
                    death.reason,
                    target,
                    with_.shard.clock().wall_now(),
                    delivery_of({death.id, death.tries, true, {}, {}}, *message)};
  if (tried) letter.before = std::move(tried.mapped());
  bool is_first = !letter.before;
  ++burying_;
  with_.dead_letters->bury(std::move(letter), [this, alive = alive_, death, is_first](std::optional<Arrivals> left) {
    if (!*alive) return;
    --burying_;
    if (left) return bury_later(death, std::move(*left));
    note_buried(death, is_first);
  });
  return true;
}

void LiveQueue::note_buried(const Death& death, bool is_first) {
  core_.buried(death.id);
  mark_state();
  if (!is_first) {
    burial_pause_ = kLeastBurialPause;
    bury_some_again(2);
  }
  if (!is_first || burying_ == kMostUnburied / 2 || burying_ == 0) pump();  // others may die
}

void LiveQueue::bury_later(Death death, Arrivals arrived) {
  arrived_.insert_or_assign(death.id, std::move(arrived));
  unburied_.push_back(death);
  if (burial_timer_) return;
  burial_timer_ = with_.shard.set_timer(with_.shard.now() + burial_pause_, [this] {
    burial_timer_.reset();
    burial_pause_ = std::min(2 * burial_pause_, kMostBurialPause);
    bury_some_again(kBuriedAfterPause);
    pump();
  });
}

/// Who failed last comes last: another's place may have room.
void LiveQueue::bury_some_again(std::size_t most) {
  for (; most > 0 && !unburied_.empty(); --most) {
    dead_.push_back(unburied_.front());
    unburied_.pop_front();
  }
}

Facts LiveQueue::facts_of(const LoadedMessage& message) const {
  Facts facts{.bytes = static_cast<std::uint32_t>(message.record.value ? message.record.value->size() : 0)};
  std::optional<std::int64_t> limit_ms = expiration_ms_of(message.record);
  if (const auto& ttl = core_.settings().message_ttl)
    limit_ms = std::min(limit_ms.value_or(ttl->count()), ttl->count());
  facts.now = pumped_;
  facts.now_or_never = limit_ms == 0;
  if (core_.has_groups()) facts.closes_group = group_of(message.record).closes;
  std::int64_t arrived_ms = message.record.timestamp.ms;
  if (limit_ms && *limit_ms < std::numeric_limits<std::int64_t>::max() - arrived_ms)
    facts.expires = Timestamp{arrived_ms + *limit_ms};
  return facts;
}

Delivery LiveQueue::delivery_of(const Offer& offer, const LoadedMessage& message) const {
  return {offer.id, offer.tries, offer.redelivered, message.owner, message.record};
}

}  // namespace wharf::queue
