// A queue's limits, in time and in size, and what follows when they are others.
#include <algorithm>

#include "queue/shell/live_queue.hpp"

namespace wharf::queue {
namespace {

constexpr Milliseconds kLeastLookInterval{10};
constexpr Milliseconds kMostLookInterval{15'000};

}  // namespace

/// What is over the new limits goes now; what is under way keeps to the old ones.
void LiveQueue::configure(const QueueSettings& settings) {
  if (settings == core_.settings()) return;
  bool expires_otherwise = settings.expires != core_.settings().expires;
  bool times_out_otherwise = settings.consumer_timeout != core_.settings().consumer_timeout;
  core_.configure(settings, with_.shard.now());
  if (expires_otherwise) {
    if (use_timer_) with_.shard.cancel_timer(*use_timer_);
    use_timer_.reset();
    used();
    watch_use();
  }
  if (times_out_otherwise) {
    if (consumers_timer_) with_.shard.cancel_timer(*consumers_timer_);
    consumers_timer_.reset();
    watch_consumers();
  }
  pump();
}

void LiveQueue::used() {
  last_used_ = with_.shard.now();
}

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
  std::optional<Milliseconds> timeout = core_.least_timeout();
  if (!timeout) return;
  Milliseconds interval = std::clamp(*timeout / 4, kLeastLookInterval, kMostLookInterval);
  MonotonicTime next = with_.shard.now() + interval;
  if (consumers_timer_ && next_look_ <= next) return;
  if (consumers_timer_) with_.shard.cancel_timer(*consumers_timer_);
  next_look_ = next;
  consumers_timer_ = with_.shard.set_timer(next, [this] {
    consumers_timer_.reset();
    for (const Queue::Overdue& overdue : core_.overdue(with_.shard.now())) time_out(overdue);
    watch_consumers();
  });
}

/// That message goes back and that consumer ends; whatever else it holds it may still settle.
void LiveQueue::time_out(const Queue::Overdue& overdue) {
  with_.logger.warn("a consumer did not settle a message in time",
                    {{"queue", identity_.name}, {"vhost", identity_.name_space}});
  bool is_unused = false;
  if (auto outlet = outlets_.extract(overdue.holder.value)) {
    outlet.mapped()->ended(overdue.holder, EndReason::kTimedOut);
    is_unused = detach(overdue.holder);
  }
  Settlement back{overdue.id, overdue.id.offset, Verdict::kReturn};
  settle(overdue.holder, {&back, 1});
  if (is_unused) with_.unused(identity_.id);
}

void LiveQueue::drop_surplus() {
  std::uint64_t surplus = core_.surplus();
  bool over = surplus > 0 || core_.over_bytes();
  if (!over || core_.waits_for_reserve()) return;
  note_second();
  if (!core_.needs_facts_to_drop()) {
    core_.drop_oldest(surplus);
    return mark_state();
  }
  for (int dropped = 0; core_.surplus() > 0 || core_.over_bytes(); ++dropped) {
    if (dropped == kMessagesPerTurn) {
      ask_turn();
      break;
    }
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
  if (ended_ || loading_ || turn_asked_ || !core_.has_expiring()) return;
  bool is_offered = !core_.waits_for_reserve();
  if (is_offered) core_.note_offered();
  int left = 0;
  while (!loading_ && !turn_asked_ && core_.has_expiring() && may_die_of_age()) {
    std::optional<Offer> offer = core_.oldest();
    if (!offer) break;
    bool missing = false;
    const LoadedMessage* message = load(offer->id, missing);
    if (message == nullptr && !missing) break;
    if (message != nullptr) {
      Facts facts = facts_of(*message);
      if (!facts.expires || (!is_offered && core_.goes_now(*offer, facts))) break;
      Timestamp now = with_.shard.clock().wall_now();
      if (*facts.expires > now) {
        pump_in(Milliseconds(facts.expires->ms - now.ms));
        break;
      }
      note_second();
      core_.kill(*offer, facts.bytes, DeathReason::kExpired, deaths_);
    }
    if (++left == kMessagesPerTurn) ask_turn();
  }
  if (left == 0) return;
  mark_state();
  again_ = true;  // to bury them, and to tell who waits that there is nothing
}

void LiveQueue::pump_in(Milliseconds delay) {
  if (timer_) with_.shard.cancel_timer(*timer_);
  timer_ = with_.shard.set_timer(with_.shard.now() + delay, [this] {
    timer_.reset();
    pump();
  });
}

}  // namespace wharf::queue
