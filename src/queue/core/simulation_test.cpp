// A queue's core against a plain list of what its messages are, under random operations, crashes and orderly restarts.
// After a crash the state log holds at least what was synced and at most what was written. Invariants: nothing settled
// comes back, nothing unsettled is lost, counts add up, each level in order, what may have been seen is flagged, what
// came back rests as long as it should. Some consumers have selectors: each gets the first ready message that matches,
// whatever is in front of it. WHARF_SIM_SEEDS=n plays n seeds, WHARF_SIM_SEED=n only that one.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "queue/core/queue.hpp"
#include "queue/core/seeds_testing.hpp"

namespace wharf::queue {
namespace {

enum class State { kReady, kHeld, kDying, kResting, kSettled };

struct Message {
  State state = State::kReady;
  ConsumerId holder;
  std::uint32_t tries = 0;
  MonotonicTime until{};              // it rests
  std::size_t settled_by = SIZE_MAX;  // the record of the state log that says so
  std::size_t tried_by = 0;           // ... that says how often it came back
  bool seen = false;                  // it was with a consumer, and not given back unseen
};

constexpr std::uint64_t kSelectors = 3;
bool wants(SelectorId selector, Offset offset) {
  return (static_cast<std::uint64_t>(offset.value) * 7 + 3) % (selector.value * 4 + 2) == 0;
}

std::uint32_t bytes_of(Offset offset) {
  return static_cast<std::uint32_t>(offset.value % 7);
}
bool expires(Offset offset) {
  return offset.value % 50 == 49;
}

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed),
        dead_letters_(seed % 2 == 0),
        limit_(seed % 3 == 0),
        retries_(seed % 5 == 0),
        reserve_(seed % 7 == 0 ? 4096 : 16) {
    restart({});
  }

  void play() {
    for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
      act(below(21));
      now_ += Milliseconds(below(5));
      wake();
      check_counts();
      if (step % 8 == 0) check_walk();
    }
    crash();
    drain();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  QueueSettings settings() const {
    QueueSettings settings;
    settings.max_priority = 2;
    if (dead_letters_) settings.dead_letter = DeadLetterTarget{"", "dead"};
    if (limit_) settings.delivery_limit = 2;
    if (retries_) settings.retry = RetryDelays{{Milliseconds(10), Milliseconds(30)}};
    return settings;
  }

  void act(std::uint64_t what) {
    if (what < 5) return arrive();
    if (what < 7) return hand_out();
    if (what < 9) return select();
    if (what < 14) return settle();
    if (what == 14) return subscribe();
    if (what == 15) return release();
    if (what == 16) return bury();
    if (what == 17) return sync(below(written_.size() + 1));
    if (what == 18 && below(8) == 0) return below(2) == 0 ? crash() : stop_in_order();
    if (what == 19) return below(10) == 0 ? purge() : get();
    if (what == 20) return below(3) == 0 ? drop() : hold();
    write();
  }

  void arrive() {
    auto level = static_cast<std::uint8_t>(below(3));
    std::map<Offset, Message>& messages = messages_[level];
    std::uint64_t count = below(6);
    if (below(40) == 0) count += 1000;  // enough that the state log is told of the count alone
    Offset first(static_cast<std::int64_t>(messages.size()));
    for (std::uint64_t i = 0; i < count; ++i)
      messages.emplace(Offset(static_cast<std::int64_t>(messages.size())), Message{});
    OffsetRange range{first, Offset(static_cast<std::int64_t>(messages.size()))};
    auto [bytes, expiring] = facts_of(range);
    if (count > 0) queue_->arrived(level, range.next, bytes, expiring);
    if (queue_->wants_count()) write();
    ASSERT_FALSE(queue_->wants_count());
    reserve();
  }

  static std::pair<std::uint64_t, bool> facts_of(OffsetRange range) {
    std::pair<std::uint64_t, bool> facts{0, false};
    for (Offset at = range.first; at < range.next; at = at.plus(1)) {
      facts.first += bytes_of(at);
      facts.second = facts.second || expires(at);
    }
    return facts;
  }

  void reserve() {
    while (auto wanted = queue_->wanted_reserve()) {
      queue_->reserve_asked(*wanted);
      write();
      sync(written_.size());
      queue_->reserved(*wanted);
    }
  }

  void subscribe() {
    ConsumerId id(++last_consumer_);
    ConsumerOptions options{.settles_itself = below(4) == 0, .prefetch = static_cast<std::uint32_t>(below(4))};
    if (below(2) == 0) options.selector = SelectorId(below(kSelectors));
    ASSERT_TRUE(queue_->subscribe(id, options));
    consumers_.push_back(id);
  }

  /// The lowest offset of the highest level that has one, of those that the selector wants.
  std::optional<MessageId> expected_head(std::optional<SelectorId> selector = std::nullopt) const {
    for (auto level = messages_.rbegin(); level != messages_.rend(); ++level) {
      for (const auto& [offset, message] : level->second) {
        if (selector && !wants(*selector, offset)) continue;
        if (message.state == State::kReady) return MessageId{level->first, offset};
      }
    }
    return std::nullopt;
  }

  void check_offer(const Offer& offer) {
    ASSERT_EQ(offer.id, expected_head(offer.selector));
    const Message& message = messages_[offer.id.level][offer.id.offset];
    ASSERT_EQ(offer.tries, message.tries);
    if (message.seen) ASSERT_TRUE(offer.redelivered);
  }

  void take(const Offer& offer, ConsumerId to, bool settled) {
    Message& message = messages_[offer.id.level][offer.id.offset];
    was_seen_[offer.id] = message.seen;
    message.state = settled ? State::kSettled : State::kHeld;
    message.holder = to;
    message.seen = true;
    if (settled) message.settled_by = written_.size();
  }

  void hand_out() {
    for (std::uint64_t count = below(5); count > 0; --count) {
      reserve();
      std::optional<Offer> offer = queue_->offer();
      if (!offer) return;
      check_offer(*offer);
      std::optional<ConsumerId> to =
          queue_->hand_out(*offer, {.bytes = bytes_of(offer->id.offset)}, Timestamp{0}, deaths_);
      ASSERT_TRUE(to);
      take(*offer, *to, queue_->consumers().options(*to)->settles_itself);
    }
  }

  /// A few looks and deliveries; or all that there are, and then nothing that a selector wants is left.
  void select() {
    bool all = below(3) == 0;
    for (std::uint64_t left = all ? SIZE_MAX : below(30); left > 0; --left) {
      reserve();
      std::optional<Selected> next = queue_->next_selected();
      if (!next) break;
      ASSERT_FALSE(next->held_back);
      MessageId id = next->offer.id;
      if (!next->matches) {
        ASSERT_EQ(messages_[id.level][id.offset].state, State::kReady);
        queue_->looked(*next, wants(*next->offer.selector, id.offset));
        continue;
      }
      check_offer(next->offer);
      std::optional<ConsumerId> to =
          queue_->hand_out(next->offer, {.bytes = bytes_of(id.offset)}, Timestamp{0}, deaths_);
      ASSERT_TRUE(to);
      ASSERT_EQ(queue_->consumers().options(*to)->selector, next->offer.selector);
      take(next->offer, *to, queue_->consumers().options(*to)->settles_itself);
    }
    if (!all) return;
    reserve();
    ASSERT_FALSE(queue_->next_selected());
    for (std::uint64_t i = 0; i < kSelectors; ++i) {
      if (queue_->consumers().choose(SelectorId(i))) ASSERT_EQ(expected_head(SelectorId(i)), std::nullopt);
    }
  }

  void get() {
    reserve();
    std::optional<Offer> offer = queue_->head();
    ASSERT_EQ(offer.has_value(), expected_head().has_value());
    if (!offer) return;
    check_offer(*offer);
    bool settled = below(2) == 0;
    ConsumerId holder(++last_consumer_);
    ASSERT_TRUE(queue_->get(*offer, {.bytes = bytes_of(offer->id.offset)}, holder, settled, Timestamp{0}, deaths_));
    take(*offer, holder, settled);
    if (!settled) consumers_.push_back(holder);
  }

  /// Some message out of turn, by somebody who is like a consumer from then on.
  void hold() {
    auto level = static_cast<std::uint8_t>(below(3));
    std::map<Offset, Message>& messages = messages_[level];
    Offset offset(static_cast<std::int64_t>(below(messages.size() + 1)));
    auto found = messages.find(offset);
    ConsumerId holder(++last_consumer_);
    Result<void> held = queue_->hold({level, offset}, bytes_of(offset), holder, now_);
    bool is_there = found != messages.end() && found->second.state != State::kSettled;
    bool is_free = is_there && (found->second.state == State::kReady || found->second.state == State::kResting);
    ASSERT_EQ(held.has_value(), is_free);
    if (!held) ASSERT_EQ(held.error().code, is_there ? ErrorCode::kLocked : ErrorCode::kNotFound);
    if (!held) return;
    was_seen_[{level, offset}] = found->second.seen;
    found->second.state = State::kHeld;
    found->second.holder = holder;
    consumers_.push_back(holder);
  }

  void settle() {
    if (consumers_.empty()) return;
    ConsumerId holder = consumers_[below(consumers_.size())];
    std::vector<MessageId> held = held_by(holder);
    if (held.empty()) return;
    MessageId first = held[below(held.size())];
    Offset last = first.offset.plus(static_cast<std::int64_t>(below(4)));
    auto verdict = static_cast<Verdict>(below(4));
    Settlement settlement{first, last, verdict};
    for (MessageId id : held) {
      if (id.level == first.level && id.offset >= first.offset && id.offset <= last) judge(id, verdict);
    }
    queue_->settle(holder, {&settlement, 1}, now_, deaths_);
  }

  std::vector<MessageId> held_by(ConsumerId holder) const {
    std::vector<MessageId> held;
    for (const auto& [level, messages] : messages_) {
      for (const auto& [offset, message] : messages) {
        if (message.state == State::kHeld && message.holder == holder) held.push_back({level, offset});
      }
    }
    return held;
  }

  void judge(MessageId id, Verdict verdict) {
    Message& message = messages_[id.level][id.offset];
    if (verdict == Verdict::kDone) return settled(message);
    if (verdict == Verdict::kReject) return died(message);
    if (verdict == Verdict::kGiveBack) {
      message.seen = was_seen_[id];
    } else {
      if (limit_ && message.tries == 2) return died(message);
      ++message.tries;
      message.tried_by = written_.size() + 1;
      if (retries_) {
        message.state = State::kResting;
        message.until = now_ + Milliseconds(message.tries == 1 ? 10 : 30);
        return;
      }
    }
    message.state = State::kReady;
  }

  /// A few at a time.
  void wake() {
    while (queue_->wake(now_, 3)) {
    }
    std::optional<MonotonicTime> next;
    for (auto& [level, messages] : messages_) {
      for (auto& [offset, message] : messages) {
        if (message.state != State::kResting) continue;
        if (message.until <= now_) message.state = State::kReady;
        if (message.state == State::kResting) next = std::min(next.value_or(message.until), message.until);
      }
    }
    ASSERT_EQ(queue_->next_try(), next);
  }

  void settled(Message& message) {
    message.state = State::kSettled;
    message.settled_by = written_.size();
  }
  void died(Message& message) {
    if (!dead_letters_) return settled(message);
    message.state = State::kDying;
  }

  void bury() {
    if (deaths_.empty()) return;
    MessageId id = deaths_.back().id;
    deaths_.pop_back();
    queue_->buried(id);
    settled(messages_[id.level][id.offset]);
  }

  void release() {
    if (consumers_.empty()) return;
    std::size_t which = below(consumers_.size());
    ConsumerId holder = consumers_[which];
    consumers_.erase(consumers_.begin() + static_cast<std::ptrdiff_t>(which));
    std::vector<MessageId> held = held_by(holder);
    std::ranges::sort(held, EarlierInQueue());  // all went out at one time: the highest level first
    for (std::size_t i = 0; i < held.size(); ++i) {
      if (i == 0) {
        judge(held[i], Verdict::kReturn);
      } else {
        messages_[held[i].level][held[i].offset].state = State::kReady;
      }
    }
    queue_->release(holder, now_, deaths_);
  }

  void purge() {
    std::uint64_t count = 0;
    for (auto& [level, messages] : messages_) {
      for (auto& [offset, message] : messages) {
        if (message.state == State::kReady) settled(message), ++count;
      }
    }
    ASSERT_EQ(queue_->purge(), count);
  }

  /// Any message, which goes only if it is ready.
  void drop() {
    auto level = static_cast<std::uint8_t>(below(3));
    std::map<Offset, Message>& messages = messages_[level];
    if (messages.empty()) return;
    Offset offset(static_cast<std::int64_t>(below(messages.size())));
    bool is_ready = messages[offset].state == State::kReady;
    ASSERT_EQ(queue_->drop({level, offset}, bytes_of(offset)), is_ready);
    if (is_ready) settled(messages[offset]);
  }

  void write() {
    StateChange change =
        below(10) == 0 ? (std::ignore = queue_->take_change(), queue_->snapshot(false)) : queue_->take_change();
    written_.push_back(encode(change));
  }
  void sync(std::size_t upto) { synced_ = std::max(synced_, upto); }

  void crash() {
    std::size_t kept = synced_ + below(written_.size() - synced_ + 1);
    written_.resize(kept);
    for (auto& [level, messages] : messages_) {
      for (auto& [offset, message] : messages) {
        bool stays_settled = message.state == State::kSettled && message.settled_by < kept;
        message.state = stays_settled ? State::kSettled : State::kReady;
        if (!stays_settled) message.settled_by = SIZE_MAX;
        if (message.tried_by > kept) tries_unknown_.insert({level, offset});
      }
    }
    restart(written_);
  }

  void stop_in_order() {
    std::ignore = queue_->take_change();
    written_.push_back(encode(queue_->snapshot(true)));
    for (auto& [level, messages] : messages_) {
      for (auto& [offset, message] : messages) {
        if (message.state != State::kSettled) message.state = State::kReady;
        if (message.state == State::kSettled) message.settled_by = std::min(message.settled_by, written_.size() - 1);
      }
    }
    restart(written_);
  }

  void restart(const std::vector<std::vector<std::byte>>& records) {
    queue_ = std::make_unique<Queue>(QueueOptions{.settings = settings(), .reserve_messages = reserve_});
    for (const std::vector<std::byte>& record : records) ASSERT_TRUE(queue_->replay(record));
    for (const auto& [level, messages] : messages_) {
      queue_->open(level, Offset{0}, Offset(static_cast<std::int64_t>(messages.size())));
      auto [bytes, expiring] = facts_of(queue_->uncounted(level));
      queue_->count_old(level, bytes, expiring);
    }
    consumers_.clear();
    deaths_.clear();
    synced_ = written_.size();
    learn_tries();
    reserve();
  }

  /// What came back and was not written down is as often tried as the state log says.
  void learn_tries() {
    for (MessageId id : std::exchange(tries_unknown_, {})) {
      CursorState state = queue_->levels().at(id.level).state(false);
      auto found = state.tries.find(id.offset);
      std::uint32_t tries = found == state.tries.end() ? 0 : found->second;
      Message& message = messages_[id.level][id.offset];
      ASSERT_LE(tries, message.tries);
      message.tries = tries;
      message.tried_by = 0;
    }
  }

  void check_counts() {
    std::uint64_t ready = 0, unsettled = 0, ready_bytes = 0;
    bool any_expires = false;
    for (const auto& [level, messages] : messages_) {
      for (const auto& [offset, message] : messages) {
        ready += message.state == State::kReady;
        if (message.state == State::kReady)
          ready_bytes += bytes_of(offset), any_expires = any_expires || expires(offset);
        unsettled +=
            message.state == State::kHeld || message.state == State::kDying || message.state == State::kResting;
      }
    }
    ASSERT_EQ(queue_->ready(), ready);
    ASSERT_EQ(queue_->unsettled(), unsettled);
    ASSERT_EQ(queue_->ready_bytes(), ready_bytes);
    if (any_expires) ASSERT_TRUE(queue_->has_expiring());
  }

  /// A walk over the queue finds all that is not settled, once each, as it stands.
  void check_walk() {
    using enum Whereabouts;
    constexpr Whereabouts kWhere[]{kReady, kInFlight, kDying, kResting};  // by State
    std::optional<Standing> standing = queue_->at_or_behind(kFrontOfQueue);
    for (auto level = messages_.rbegin(); level != messages_.rend(); ++level) {
      for (const auto& [offset, message] : level->second) {
        if (message.state == State::kSettled) continue;
        ASSERT_TRUE(standing);
        ASSERT_EQ(standing->id, (MessageId{level->first, offset}));
        ASSERT_EQ(standing->where, kWhere[std::to_underlying(message.state)]);
        ASSERT_EQ(standing->tries, message.tries);
        if (message.state == State::kReady && message.seen) ASSERT_TRUE(standing->redelivered);
        standing = queue_->at_or_behind({level->first, offset.plus(1)});
      }
    }
    ASSERT_FALSE(standing);
  }

  /// Whatever is left comes out, once each.
  void drain() {
    while (!::testing::Test::HasFailure()) {
      reserve();
      std::optional<Offer> offer = queue_->head();
      if (!offer) break;
      check_offer(*offer);
      ASSERT_TRUE(
          queue_->get(*offer, {.bytes = bytes_of(offer->id.offset)}, ConsumerId(0), true, Timestamp{0}, deaths_));
      take(*offer, ConsumerId(0), true);
    }
    ASSERT_EQ(expected_head(), std::nullopt);
    for (const auto& [level, cursor] : queue_->levels())
      EXPECT_EQ(cursor.floor(), cursor.end()) << "level " << int{level};
  }

  std::mt19937_64 random_;
  bool dead_letters_, limit_, retries_;
  std::int64_t reserve_;
  MonotonicTime now_{};
  std::unique_ptr<Queue> queue_;
  std::map<std::uint8_t, std::map<Offset, Message>> messages_;
  std::map<MessageId, bool> was_seen_;
  std::set<MessageId> tries_unknown_;
  std::vector<ConsumerId> consumers_;
  std::uint64_t last_consumer_ = 0;
  std::vector<Death> deaths_;
  std::vector<std::vector<std::byte>> written_;
  std::size_t synced_ = 0;
};

TEST(QueueSimulation, nothing_settled_comes_back_and_nothing_unsettled_is_lost) { play_seeds<Simulation>(); }

}  // namespace
}  // namespace wharf::queue
