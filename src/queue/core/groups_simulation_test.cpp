// A queue with message groups against a plain list, under random operations and crashes. Invariants: what is out of a
// group is with one consumer; a group goes on with its first message; nobody is held up by a group that is another's; a
// group that rests rests as a whole; a living owner keeps its group; nothing is lost and the counts add up.
// WHARF_SIM_SEEDS=n plays n seeds, WHARF_SIM_SEED=n only that one.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "queue/core/queue.hpp"
#include "queue/core/seeds_testing.hpp"

namespace wharf::queue {
namespace {

enum class State { kReady, kHeld, kResting, kDying, kSettled };

struct Message {
  State state = State::kReady;
  ConsumerId holder;
  std::uint32_t tries = 0;
  MonotonicTime until{};
  bool is_taken_out = false;  // by an operator, past the groups
};

struct Owner {
  ConsumerId consumer;
  SelectorId selector;
  bool closing = false;
};

/// None, or one of a few, so that they meet.
GroupId group_of(MessageId id) {
  return GroupId(static_cast<std::uint64_t>(id.offset.value * 5 + id.level) % 7);
}
bool closes(MessageId id) {
  return id.offset.value % 23 == 11;
}
constexpr std::uint64_t kSelectors = 2;
bool wants(SelectorId selector, MessageId id) {
  return selector == kAnyMessage || static_cast<std::uint64_t>(id.offset.value / 3) % kSelectors == selector.value;
}

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed), selects_(seed % 2 == 0), single_active_(seed % 7 == 0), rebalances_(seed % 5 == 0) {
    options_.settings = {
        .max_priority = 1, .single_active_consumer = single_active_, .groups = true, .rebalances_groups = rebalances_};
    if (seed % 3 == 0) options_.settings.dead_letter = DeadLetterTarget{"", "dead"};
    if (seed % 3 == 1) options_.settings.delivery_limit = 2;
    if (seed % 4 == 1) options_.settings.retry = RetryDelays{{Milliseconds(10), Milliseconds(30)}};
    options_.reserve_messages = seed % 6 == 0 ? 4096 : 16;
    if (seed % 11 == 0) options_.groups = {.idle_groups = 2, .parked_messages = 8};
    is_limited_ = seed % 11 == 0;
    start();
  }

  void play() {
    for (int step = 0; step < 500 && !::testing::Test::HasFailure(); ++step) {
      act(below(24));
      now_ += Milliseconds(below(5));
      wake();
      check_counts();
    }
    crash();
    drain();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void start() {
    queue_ = std::make_unique<Queue>(options_);
    for (const auto& record : written_) ASSERT_TRUE(queue_->replay(record));
    for (std::uint8_t level = 0; level < 2; ++level) queue_->open(level, Offset{0}, ends_[level]);
    consumers_.clear();
    deaths_.clear();
    owners_.clear();
  }

  void act(std::uint64_t what) {
    if (what < 5) return arrive();
    if (what < 10) return hand_out();
    if (what < 16) return settle();
    if (what < 18) return subscribe();
    if (what == 18) return below(2) == 0 ? release() : stop();
    if (what == 19) return get();
    if (what == 20) return bury();
    if (what == 21) return below(20) == 0 ? purge() : operate();
    if (what == 22) return below(25) == 0 ? crash() : write();
    write();
  }

  void arrive() {
    auto level = static_cast<std::uint8_t>(below(4) == 0);
    Offset first = ends_[level];
    ends_[level] = first.plus(static_cast<std::int64_t>(1 + below(8)));
    for (Offset at = first; at < ends_[level]; at = at.plus(1)) messages_[{level, at}] = {};
    queue_->arrived(level, ends_[level], 0, false);
  }

  void subscribe() {
    if (consumers_.size() > 5) return;
    ConsumerId id(++last_consumer_);
    ConsumerOptions options{.settles_itself = below(6) == 0, .prefetch = static_cast<std::uint32_t>(below(4))};
    options.priority = static_cast<std::int32_t>(below(3));
    if (selects_ && below(2) == 0) options.selector = SelectorId(below(kSelectors));
    ASSERT_TRUE(queue_->subscribe(id, options));
    consumers_.push_back(id);
    if (!rebalances_) return;
    for (auto& [group, owner] : owners_) owner.closing = true;
    forget_closed();
  }

  bool is_out(GroupId group, std::optional<ConsumerId> of = std::nullopt) const {
    for (const auto& [id, message] : messages_) {
      bool counts = message.state == State::kHeld && !message.is_taken_out && group_of(id) == group;
      if (counts && (!of || message.holder == *of)) return true;
    }
    return false;
  }
  bool rests(GroupId group) const {
    for (const auto& [id, message] : messages_) {
      if (message.state == State::kResting && !message.is_taken_out && group_of(id) == group) return true;
    }
    return false;
  }
  void forget_closed() {
    std::erase_if(owners_, [this](const auto& owner) { return owner.second.closing && !is_out(GroupId(owner.first)); });
  }

  /// What is handed out, and looked at for it: some, or all that there is.
  void hand_out() {
    bool all = below(3) == 0;
    for (std::uint64_t left = all ? 100'000 : below(12); left > 0; --left) {
      reserve();
      std::optional<Selected> next = queue_->next_selected();
      if (!next && queue_->wanted_reserve()) continue;
      if (!next) break;
      MessageId id = next->offer.id;
      ASSERT_EQ(messages_.at(id).state, State::kReady);
      if (!next->matches) {
        queue_->looked(*next, wants(*next->offer.selector, id), group_of(id));
        continue;
      }
      std::optional<ConsumerId> to = queue_->hand_out(next->offer, {.closes_group = closes(id)}, Timestamp{0}, deaths_);
      ASSERT_TRUE(to);
      check_taken(next->offer, *to, queue_->consumers().options(*to)->settles_itself);
      if (::testing::Test::HasFailure()) return;
    }
    if (all && !is_limited_) check_nobody_is_held_up();
  }

  void get() {
    while (true) {
      reserve();
      std::optional<Selected> next = queue_->next_for_getter();
      if (!next && queue_->wanted_reserve()) continue;
      if (!next) return;
      MessageId id = next->offer.id;
      if (!next->matches) {
        queue_->looked(*next, true, group_of(id));
        continue;
      }
      bool settled = below(2) == 0;
      ConsumerId holder(++last_consumer_);
      ASSERT_TRUE(queue_->get(next->offer, {.closes_group = closes(id)}, holder, settled, Timestamp{0}, deaths_));
      if (!settled) consumers_.push_back(holder);
      return check_taken(next->offer, holder, settled);
    }
  }

  void check_taken(const Offer& offer, ConsumerId to, bool settled) {
    Message& message = messages_.at(offer.id);
    GroupId group = group_of(offer.id);
    ASSERT_EQ(offer.group, group);
    ASSERT_EQ(offer.tries, message.tries);
    if (group != kNoGroup) check_group(offer, to);
    message.state = settled ? State::kSettled : State::kHeld;
    message.holder = to;
    message.is_taken_out = false;
    if (group == kNoGroup) return;
    bool goes_on = owners_.contains(group.value) && owners_[group.value].consumer == to && owners_[group.value].closing;
    owners_[group.value] = {to, *offer.selector, goes_on || closes(offer.id)};
    forget_closed();
  }

  void check_group(const Offer& offer, ConsumerId to) {
    GroupId group = offer.group;
    for (const auto& [id, message] : messages_) {
      if (group_of(id) != group || message.is_taken_out) continue;
      if (message.state == State::kHeld) ASSERT_EQ(message.holder, to) << "two consumers of one group";
      ASSERT_NE(message.state, State::kResting) << "a group that rests";
      bool is_before =
          id.level == offer.id.level ? id.offset < offer.id.offset : id.level > offer.id.level && !is_limited_;
      if (message.state == State::kReady && is_before) ASSERT_FALSE(wants(*offer.selector, id)) << "out of order";
    }
    auto owner = owners_.find(group.value);
    if (is_limited_ || owner == owners_.end() || owner->second.selector != *offer.selector) return;
    if (queue_->consumers().is_attached(owner->second.consumer)) ASSERT_EQ(to, owner->second.consumer);
  }

  void check_nobody_is_held_up() {
    for (std::uint64_t number = 0; number <= kSelectors; ++number) {
      SelectorId selector = number == kSelectors ? kAnyMessage : SelectorId(number);
      auto asked = selector == kAnyMessage ? std::nullopt : std::optional(selector);
      if (!queue_->consumers().choose(asked)) continue;
      for (const auto& [id, message] : messages_) {
        if (message.state != State::kReady || !wants(selector, id)) continue;
        GroupId group = group_of(id);
        ASSERT_NE(group, kNoGroup);
        if (rests(group)) continue;
        auto owner = owners_.find(group.value);
        ASSERT_NE(owner, owners_.end()) << "a group that is nobody's waits";
        bool is_theirs = owner->second.selector == selector && queue_->consumers().is_attached(owner->second.consumer);
        if (is_theirs && !owner->second.closing) {
          ASSERT_FALSE(queue_->consumers().may_take(owner->second.consumer)) << "its owner has room";
        } else {
          ASSERT_TRUE(is_out(group)) << "nothing of it is out";
        }
      }
    }
  }

  std::vector<MessageId> held_by(ConsumerId holder) const {
    std::vector<MessageId> held;
    for (const auto& [id, message] : messages_) {
      if (message.state == State::kHeld && message.holder == holder) held.push_back(id);
    }
    return held;
  }

  void judge(MessageId id, Verdict verdict) {
    Message& message = messages_.at(id);
    message.state = State::kReady;
    if (verdict == Verdict::kDone) message.state = State::kSettled;
    if (verdict == Verdict::kReject) die(message);
    if (verdict != Verdict::kReturn) return;
    if (++message.tries > options_.settings.delivery_limit.value_or(UINT32_MAX)) return die(message);
    if (!options_.settings.retry) return;
    message.state = State::kResting;
    message.until = now_ + Milliseconds(message.tries == 1 ? 10 : 30);
  }
  void die(Message& message) { message.state = options_.settings.dead_letter ? State::kDying : State::kSettled; }

  void settle() {
    if (consumers_.empty()) return;
    ConsumerId holder = consumers_[below(consumers_.size())];
    std::vector<MessageId> held = held_by(holder);
    if (held.empty()) return;
    MessageId id = held[below(held.size())];
    auto verdict = below(2) == 0 ? Verdict::kDone : static_cast<Verdict>(below(4));
    judge(id, verdict);
    Settlement settlement{id, id.offset, verdict};
    queue_->settle(holder, {&settlement, 1}, now_, deaths_);
    forget_closed();
  }

  /// It may still settle what it has.
  void stop() {
    if (!consumers_.empty()) queue_->stop(consumers_[below(consumers_.size())]);
    forget_gone();
  }
  void release() {
    if (consumers_.empty()) return;
    auto which = static_cast<std::ptrdiff_t>(below(consumers_.size()));
    ConsumerId holder = consumers_[static_cast<std::size_t>(which)];
    consumers_.erase(consumers_.begin() + which);
    std::vector<MessageId> held = held_by(holder);
    std::ranges::sort(held, EarlierInQueue());  // all went out at one time: the highest level first
    if (!held.empty()) judge(held.front(), Verdict::kReturn);
    for (std::size_t i = 1; i < held.size(); ++i) messages_.at(held[i]).state = State::kReady;
    queue_->release(holder, now_, deaths_);
    forget_gone();
  }
  void forget_gone() {
    std::erase_if(owners_, [this](const auto& owner) {
      return !queue_->consumers().is_attached(owner.second.consumer) && !is_out(GroupId(owner.first));
    });
    forget_closed();
  }

  void operate() {
    if (messages_.empty()) return;
    auto at = std::next(messages_.begin(), static_cast<std::ptrdiff_t>(below(messages_.size())));
    ConsumerId holder(++last_consumer_);
    State was = at->second.state;
    ASSERT_EQ(queue_->hold(at->first, 0, holder, now_).has_value(), was == State::kReady || was == State::kResting);
    if (was != State::kReady && was != State::kResting) return;
    Settlement settlement{at->first, at->first.offset, below(2) == 0 ? Verdict::kDone : Verdict::kGiveBack};
    at->second.state = settlement.verdict == Verdict::kDone ? State::kSettled : State::kReady;
    queue_->settle(holder, {&settlement, 1}, now_, deaths_);
    queue_->release(holder, now_, deaths_);
  }

  void wake() {
    while (queue_->wake(now_, 3)) {
    }
    for (auto& [id, message] : messages_) {
      if (message.state == State::kResting && message.until <= now_) message.state = State::kReady;
    }
  }
  void bury() {
    if (deaths_.empty()) return;
    queue_->buried(deaths_.back().id);
    messages_.at(deaths_.back().id).state = State::kSettled;
    deaths_.pop_back();
  }
  void purge() {
    for (auto& [id, message] : messages_) {
      if (message.state == State::kReady) message.state = State::kSettled;
    }
    queue_->purge();
  }

  void reserve() {
    while (auto wanted = queue_->wanted_reserve()) {
      queue_->reserve_asked(*wanted);
      write();
      queue_->reserved(*wanted);
    }
  }
  void write() {
    written_.push_back(encode(below(10) == 0 ? (std::ignore = queue_->take_change(), queue_->snapshot(false))
                                             : queue_->take_change()));
  }

  /// The state log has all; what is out, resting or dying is ready again, whoever owned its group.
  void crash() {
    write();
    for (auto& [id, message] : messages_) {
      if (message.state != State::kSettled) message.state = State::kReady;
    }
    start();
  }

  void check_counts() {
    std::uint64_t ready = 0, unsettled = 0;
    for (const auto& [id, message] : messages_) {
      ready += message.state == State::kReady;
      unsettled += message.state != State::kReady && message.state != State::kSettled;
    }
    ASSERT_EQ(queue_->ready(), ready);
    ASSERT_EQ(queue_->unsettled(), unsettled);
  }

  void drain() {
    ASSERT_TRUE(queue_->subscribe(ConsumerId(++last_consumer_), {.settles_itself = true, .window_bytes = 1u << 30}));
    for (int turns = 0; turns < 10'000 && queue_->ready() > 0 && !::testing::Test::HasFailure(); ++turns) hand_out();
    ASSERT_EQ(queue_->ready(), 0u);
    check_counts();
  }

  std::mt19937_64 random_;
  bool selects_, single_active_, rebalances_, is_limited_ = false;
  QueueOptions options_;
  MonotonicTime now_{};
  std::unique_ptr<Queue> queue_;
  std::map<MessageId, Message> messages_;
  std::map<std::uint8_t, Offset> ends_;
  std::map<std::uint64_t, Owner> owners_;
  std::vector<ConsumerId> consumers_;
  std::uint64_t last_consumer_ = 0;
  std::vector<Death> deaths_;
  std::vector<std::vector<std::byte>> written_;
};

TEST(GroupsSimulation, a_group_is_with_one_consumer_in_order_and_holds_nobody_up) { play_seeds<Simulation>(); }

}  // namespace
}  // namespace wharf::queue
