#include "queue/shell/live_queue.hpp"

#include <algorithm>
#include <limits>

#include "model/message.hpp"

namespace wharf::queue {
namespace {

/// Handed out before others on this shard have a turn.
constexpr int kMessagesPerTurn = 512;
/// After a dead message could not be moved: the disk is full, or so.
constexpr Milliseconds kRetryInterval{1'000};
constexpr Milliseconds kLeastLookInterval{10};
constexpr Milliseconds kMostLookInterval{15'000};

log::AppendContext context_of(const QueueSurroundings& with, bool from_client) {
  return {.leader_epoch = with.leader_epoch(), .now = with.shard.clock().wall_now(), .from_client = from_client};
}

}  // namespace

LiveQueue::LiveQueue(QueueSurroundings& with, QueueIdentity identity, QueueSettings settings)
    : with_(with), identity_(std::move(identity)), core_({std::move(settings), identity_.durable}), last_used_(with.shard.now()) {
  watch_use();
  watch_consumers();
}

LiveQueue::~LiveQueue() {
  *alive_ = false;
  if (timer_) with_.shard.cancel_timer(*timer_);
  if (use_timer_) with_.shard.cancel_timer(*use_timer_);
  if (consumers_timer_) with_.shard.cancel_timer(*consumers_timer_);
}

void LiveQueue::begin() {
  if (core_.has_expiring()) pump();
}

void LiveQueue::enqueue(Incoming incoming, Answered answered) {
  if (Result<void> admitted = core_.admit(incoming.messages, incoming.body_bytes); !admitted) {
    dead_letter_refused(incoming.batch);
    return answered(admitted);
  }
  if (!core_.levels().contains(incoming.level)) {
    Result<log::PartitionLog*> opened = open_level(incoming.level);
    if (!opened) return answered(fail(opened.error()));
  }
  PartitionId partition = messages_of(identity_.id, incoming.level);
  Result<log::Appended> appended = with_.logs.append(partition, std::move(incoming.batch), context_of(with_, true));
  if (!appended) return answered(fail(appended.error()));
  core_.arrived(incoming.level, appended->next, incoming.body_bytes, incoming.expiring);
  if (core_.wants_count()) mark_state();
  if (incoming.persistent) {
    with_.logs.when_committed(partition, appended->next, std::move(answered));
  } else {
    answered({});
  }
  pump();
}

Result<void> LiveQueue::subscribe(ConsumerId id, const ConsumerOptions& options, std::shared_ptr<Outlet> outlet) {
  Result<void> added = core_.subscribe(id, options);
  if (!added) return added;
  outlets_.emplace(id.value, std::move(outlet));
  pump();
  return {};
}

void LiveQueue::wrote(ConsumerId id, std::uint64_t bytes) {
  core_.wrote(id, bytes);
  pump();
}

void LiveQueue::settle(ConsumerId holder, std::span<const Settlement> settlements) {
  core_.settle(holder, settlements, deaths_);
  mark_state();
  pump();
}

void LiveQueue::stop(ConsumerId id) {
  bool was_attached = core_.consumers().attached() > 0;
  core_.stop(id);
  outlets_.erase(id.value);
  used();
  pump();
  if (was_attached && core_.consumers().attached() == 0 && identity_.auto_delete) with_.unused(identity_.id);
}

void LiveQueue::release(ConsumerId id) {
  std::erase_if(getters_, [id](const Waiting& waiting) { return waiting.holder == id; });
  stop(id);
  core_.release(id, deaths_);
  mark_state();
  pump();
}

void LiveQueue::used() { last_used_ = with_.shard.now(); }

/// A queue that nobody uses for so long goes. One timer, armed anew when it fires: use only notes the time.
void LiveQueue::watch_use() {
  if (!core_.settings().expires) return;
  use_timer_ = with_.shard.set_timer(last_used_ + *core_.settings().expires, [this] {
    use_timer_.reset();
    bool too_long = with_.shard.now() - last_used_ >= *core_.settings().expires;
    if (too_long && core_.consumers().attached() == 0) with_.unused(identity_.id);
    if (too_long) used();  // consumed at this moment, or asked to go: looked at again when as much time has passed
    watch_use();
  });
}

/// Looks a few times per timeout, so that a settled message costs no timer.
void LiveQueue::watch_consumers() {
  if (!core_.settings().consumer_timeout) return;
  Milliseconds interval = std::clamp(*core_.settings().consumer_timeout / 4, kLeastLookInterval, kMostLookInterval);
  consumers_timer_ = with_.shard.set_timer(with_.shard.now() + interval, [this] {
    consumers_timer_.reset();
    for (const Queue::Overdue& overdue : core_.overdue(with_.shard.now())) time_out(overdue);
    watch_consumers();
  });
}

/// That message goes back and that consumer ends; whatever else it holds it may still settle.
void LiveQueue::time_out(const Queue::Overdue& overdue) {
  with_.logger.warn("a consumer did not settle a message in time", {{"queue", identity_.name}, {"vhost", identity_.name_space}});
  if (auto outlet = outlets_.extract(overdue.holder.value)) {
    outlet.mapped()->ended(overdue.holder, EndReason::kTimedOut);
    core_.stop(overdue.holder);
    used();
  }
  Settlement back{overdue.id, overdue.id.offset, Verdict::kReturn};
  settle(overdue.holder, {&back, 1});
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
    with_.dead_letters->bury({identity_.name_space, identity_.name, DeathReason::kMaxLength, *target, with_.shard.clock().wall_now(),
                              delivery_of({}, **message)},
                             [](bool) {});
  }
}

void LiveQueue::get(ConsumerId holder, bool settled, GotAnswer answered) {
  used();
  getters_.push_back({holder, settled, std::move(answered)});
  pump();
}

std::uint64_t LiveQueue::purge() {
  std::uint64_t dropped = core_.purge();
  mark_state();
  return dropped;
}

QueueCounts LiveQueue::counts() const {
  return {core_.ready(), core_.unsettled(), core_.consumers().attached()};
}

/// Not nested: what a pump causes is worked off by the pump that runs.
void LiveQueue::pump() {
  again_ = true;
  if (ended_ || pumping_ || turn_asked_) return;
  pumping_ = true;
  while (again_ && !turn_asked_) {
    again_ = false;
    pump_once();
  }
  pumping_ = false;
  watch_expiry();
}

void LiveQueue::pump_once() {
  keep_reserve();
  drop_surplus();
  int handed = 0;
  while (!loading_ && (serve_getter() || hand_out_next())) {
    if (++handed < kMessagesPerTurn) continue;
    turn_asked_ = true;
    with_.shard.post([this, alive = alive_] {
      if (!*alive) return;
      turn_asked_ = false;
      pump();
    });
    break;
  }
  send_outgoing();
  bury_dead();
  if (handed > 0) mark_state();
}

/// True: one was served or something changed, look again.
bool LiveQueue::serve_getter() {
  if (getters_.empty()) return false;
  std::optional<Offer> offer = core_.head();
  if (!offer) {
    if (core_.ready() > 0) return false;  // the reserve is on its way
    Waiting waiting = std::move(getters_.front());
    getters_.pop_front();
    waiting.answered(std::optional<GotMessage>());
    return true;
  }
  bool missing = false;
  const LoadedMessage* message = load(offer->id, missing);
  if (message == nullptr) return missing;
  Waiting& waiting = getters_.front();
  Facts facts = facts_of(*message);
  Delivery delivery = delivery_of(*offer, *message);
  if (!core_.get(*offer, facts, waiting.holder, waiting.settled, with_.shard.clock().wall_now(), deaths_)) return true;
  Waiting served = std::move(getters_.front());
  getters_.pop_front();
  served.answered(GotMessage{std::move(delivery), core_.ready()});
  return true;
}

bool LiveQueue::hand_out_next() {
  std::optional<Offer> offer = core_.offer();
  if (!offer) return false;
  bool missing = false;
  const LoadedMessage* message = load(offer->id, missing);
  if (message == nullptr) return missing;
  Facts facts = facts_of(*message);
  Timestamp now = facts.expires ? with_.shard.clock().wall_now() : kNoTimestamp;
  std::optional<ConsumerId> to = core_.hand_out(*offer, facts, now, deaths_);
  if (!to) return true;
  auto outgoing = std::ranges::find(outgoing_, *to, &Outgoing::consumer);
  if (outgoing == outgoing_.end()) outgoing = outgoing_.insert(outgoing, {*to, {}});
  outgoing->deliveries.push_back(delivery_of(*offer, *message));
  return true;
}

void LiveQueue::send_outgoing() {
  for (Outgoing& outgoing : std::exchange(outgoing_, {})) {
    auto outlet = outlets_.find(outgoing.consumer.value);
    WHARF_ASSERT(outlet != outlets_.end());
    outlet->second->deliver(outgoing.consumer, std::move(outgoing.deliveries));
  }
}

void LiveQueue::drop_surplus() {
  std::uint64_t surplus = core_.surplus();
  bool over = surplus > 0 || core_.over_bytes();
  if (!over) return;
  if (!core_.needs_facts_to_drop()) {
    core_.drop_oldest(surplus);
    return mark_state();
  }
  while (core_.surplus() > 0 || core_.over_bytes()) {
    std::optional<Offer> offer = core_.oldest();
    if (!offer || loading_) return;
    bool missing = false;
    const LoadedMessage* message = load(offer->id, missing);
    if (message == nullptr && !missing) return;
    if (message != nullptr) core_.kill(*offer, facts_of(*message).bytes, DeathReason::kMaxLength, deaths_);
  }
  mark_state();
}

/// Messages whose time is over leave at the head, whether or not anybody wants them.
void LiveQueue::watch_expiry() {
  if (ended_ || !core_.has_expiring() || loading_ || turn_asked_) return;
  std::optional<Offer> offer = core_.oldest();
  if (!offer) return;
  bool missing = false;
  const LoadedMessage* message = load(offer->id, missing);
  if (message == nullptr) return missing ? pump() : void();
  Facts facts = facts_of(*message);
  if (!facts.expires) return;
  Timestamp now = with_.shard.clock().wall_now();
  if (*facts.expires <= now) {
    core_.kill(*offer, facts.bytes, DeathReason::kExpired, deaths_);
    mark_state();
    return pump();
  }
  if (timer_) with_.shard.cancel_timer(*timer_);
  timer_ = with_.shard.set_timer(with_.shard.now() + Milliseconds(facts.expires->ms - now.ms), [this] {
    timer_.reset();
    pump();
  });
}

void LiveQueue::bury_dead() {
  for (Death death : std::exchange(deaths_, {})) bury(death);
}

/// A dead message is in flight with nobody until it is kept where it goes.
void LiveQueue::bury(Death death) {
  bool missing = false;
  const LoadedMessage* message = with_.dead_letters == nullptr || loading_ ? nullptr : load(death.id, missing);
  const std::optional<DeadLetterTarget>& target = core_.settings().dead_letter;
  if (missing || !target || with_.dead_letters == nullptr) {
    core_.buried(death.id);
    return mark_state();
  }
  if (message == nullptr) return deaths_.push_back(death);  // when it is loaded
  DeadLetter letter{identity_.name_space, identity_.name, death.reason, *target, with_.shard.clock().wall_now(),
                    delivery_of({death.id, death.tries, true}, *message)};
  with_.dead_letters->bury(std::move(letter), [this, alive = alive_, death](bool kept) {
    if (!*alive) return;
    if (!kept) return bury_later(death);
    core_.buried(death.id);
    mark_state();
  });
}

void LiveQueue::bury_later(Death death) {
  with_.shard.set_timer(with_.shard.now() + kRetryInterval, [this, alive = alive_, death] {
    if (!*alive) return;
    deaths_.push_back(death);
    pump();
  });
}

Facts LiveQueue::facts_of(const LoadedMessage& message) const {
  Facts facts{.bytes = static_cast<std::uint32_t>(message.record.value ? message.record.value->size() : 0)};
  std::optional<std::int64_t> limit_ms = expiration_ms_of(message.record);
  if (const auto& ttl = core_.settings().message_ttl) limit_ms = std::min(limit_ms.value_or(ttl->count()), ttl->count());
  if (core_.settings().consumer_timeout) facts.now = with_.shard.now();
  std::int64_t arrived_ms = message.record.timestamp.ms;
  if (limit_ms && *limit_ms < std::numeric_limits<std::int64_t>::max() - arrived_ms) facts.expires = Timestamp{arrived_ms + *limit_ms};
  return facts;
}

Delivery LiveQueue::delivery_of(const Offer& offer, const LoadedMessage& message) const {
  return {offer.id, offer.tries, offer.redelivered, message.owner, message.record};
}

}  // namespace wharf::queue
