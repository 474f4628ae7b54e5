// Consumers of one channel share its prefetch: by tables, and with queues that are told late and in any order.
#include "protocols/amqp091/session/shared_prefetch.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <ranges>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::amqp091 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ShareChange::Kind;
using queue::ConsumerId;

constexpr ConsumerId kA{1}, kB{2}, kC{3};

TEST(SharedPrefetch, WithoutALimitNobodyAsksAnybody) {
  SharedPrefetch prefetch;
  EXPECT_EQ(prefetch.add(kA), queue::kWholeShare);
  EXPECT_EQ(prefetch.add(kB), queue::kWholeShare);
  prefetch.settled(kA, 5);
  prefetch.wants(kB);
  EXPECT_THAT(prefetch.take_changes(), IsEmpty());
}

TEST(SharedPrefetch, WhoIsAloneHasItAllAndKeepsItWithoutAWord) {
  SharedPrefetch prefetch;
  prefetch.set_limit(10);
  EXPECT_EQ(prefetch.add(kA), 10);
  prefetch.wants(kA);
  for (int i = 0; i < 3; ++i) prefetch.settled(kA, 4);
  prefetch.handed_on(kA);
  EXPECT_THAT(prefetch.take_changes(), IsEmpty());
}

TEST(SharedPrefetch, WhoHasMessagesGetsHalfOfWhatAnotherDoesNotUse) {
  SharedPrefetch prefetch;
  prefetch.set_limit(10);
  prefetch.add(kA);
  EXPECT_EQ(prefetch.add(kB), 0);
  prefetch.wants(kB);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kA, Kind::kAskHalfBack}));
  prefetch.wants(kB);
  EXPECT_THAT(prefetch.take_changes(), IsEmpty());
  prefetch.returned(kA, 4);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kB, Kind::kMore, 4}));
}

TEST(SharedPrefetch, WhatIsSettledGoesToThoseWhoWaitInTheirOrder) {
  SharedPrefetch prefetch;
  prefetch.set_limit(2);
  prefetch.add(kA);
  prefetch.add(kB);
  prefetch.add(kC);
  prefetch.wants(kB);
  prefetch.wants(kC);
  prefetch.returned(kA, 0);  // all of it is unsettled
  std::ignore = prefetch.take_changes();
  prefetch.settled(kA, 1);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kA, Kind::kMore, -1}, ShareChange{kB, Kind::kMore, 1},
                                                   ShareChange{kB, Kind::kAskHalfBack}));
  prefetch.settled(kA, 1);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kA, Kind::kMore, -1}, ShareChange{kC, Kind::kMore, 1}));
}

TEST(SharedPrefetch, WhoLeavesLeavesItsShareToOthers) {
  SharedPrefetch prefetch;
  prefetch.set_limit(4);
  prefetch.add(kA);
  prefetch.add(kB);
  prefetch.wants(kB);
  std::ignore = prefetch.take_changes();
  prefetch.stopped(kA, 3);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kB, Kind::kMore, 1}));
  prefetch.wants(kB);
  std::ignore = prefetch.take_changes();
  prefetch.settled(kA, 1);
  EXPECT_THAT(prefetch.take_changes(), ElementsAre(ShareChange{kB, Kind::kMore, 1}));
  prefetch.remove(kA);
  EXPECT_EQ(prefetch.add(kC), 2);
}

/// One channel's consumers on queues that are far away: what is said arrives later, per queue in order.
class Sharing {
 public:
  Sharing(std::uint64_t seed, std::uint32_t limit) : random_(seed), limit_(limit) {
    prefetch_.set_limit(limit);
    for (auto _ : std::views::iota(0u, 1 + below(4))) places_.push_back(std::make_unique<Place>(below(3) == 0));
    for (auto& place : places_) {
      if (below(2) == 0) continue;  // somebody else takes from it too
      place->other = ConsumerId(++last_id_);
      EXPECT_TRUE(place->core.subscribe(*place->other, {.prefetch = 1 + below(3), .window_bytes = kWindow}));
    }
  }

  void act() {
    switch (below(12)) {
      case 0:
        return arrive();
      case 1:
        return below(4) == 0 ? begin_consumer() : arrive();
      case 2:
        return below(12) == 0 ? cancel() : arrive();
      case 3:
        return settle_other();
      case 4:
      case 5:
        return settle();
      default:
        deliver_mail();
    }
  }
  void change_limit(std::uint32_t limit) {
    limit_ = limit;
    prefetch_.set_limit(limit);
    tell();
  }
  void come_to_rest() {
    while (deliver_mail()) continue;
  }
  std::uint64_t outstanding() const { return outstanding_; }
  bool within_limit() const { return limit_ == 0 || outstanding_ <= limit_; }
  /// Of a world at rest: messages wait for a consumer of the channel, and it may have them.
  bool idles() const {
    if (limit_ != 0 && outstanding_ >= limit_) return false;
    return std::ranges::any_of(consumers_, [this](const auto& one) {
      const Place& place = *one.second.place;
      return one.second.attached && (place.groups ? has_group_for(place, one.first) : place.core.ready() > 0);
    });
  }
  /// Everything is consumed by clients that settle, in a bounded number of rounds.
  bool drains() {
    while (std::ranges::none_of(consumers_, &Consumer::attached, &Consumers::value_type::second)) begin_consumer();
    for (int round = 0; round < 20'000; ++round) {
      come_to_rest();
      if (idles()) return false;
      if (nothing_is_left()) return true;
      settle();
      settle_other();
    }
    return false;
  }

 private:
  static constexpr std::uint64_t kWindow = std::uint64_t{1} << 40;
  using Mail = std::deque<std::function<void()>>;
  struct Place {
    explicit Place(bool has_groups)
        : core({.settings = {.groups = has_groups}, .keeps_state = false}), groups(has_groups) {
      core.open(0, Offset{0}, Offset{0});
    }
    queue::Queue core;
    bool groups;
    std::map<queue::GroupId, ConsumerId> owners;  // who had a message of it last
    std::map<queue::GroupId, int> out_of;
    Offset end{0};
    Mail in, out;
    std::optional<ConsumerId> other;
    std::vector<queue::MessageId> of_other;
  };
  struct Consumer {
    Place* place = nullptr;
    bool attached = true;  // not cancelled
    bool stopped = false;  // ... and its queue has said so
    std::vector<queue::MessageId> held;
  };
  using Consumers = std::map<ConsumerId, Consumer>;

  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  static queue::GroupId group_of(Offset offset) {
    return offset.value % 5 == 0 ? queue::kNoGroup : queue::GroupId(static_cast<std::uint64_t>(offset.value) % 5);
  }
  /// Something waits that is nobody's, or this one's.
  bool has_group_for(const Place& place, ConsumerId id) const {
    const queue::Cursor& cursor = place.core.levels().at(0);
    for (Offset at{0}; auto ready = cursor.ready_at_or_behind(at); at = ready->offset.plus(1)) {
      auto owner = place.owners.find(group_of(ready->offset));
      if (owner == place.owners.end() || owner->second == id) return true;
      auto known = consumers_.find(owner->second);
      bool is_there = owner->second == place.other || (known != consumers_.end() && known->second.attached);
      if (!is_there && place.out_of.at(owner->first) == 0) return true;
    }
    return false;
  }
  Place& any_place() { return *places_[below(places_.size())]; }

  void arrive() {
    Place& place = any_place();
    place.end = place.end.plus(1 + below(4));
    place.core.arrived(0, place.end, 4, false);
    pump(place);
  }
  static std::optional<queue::Offer> next_offer(Place& place) {
    if (!place.groups) return place.core.offer();
    while (std::optional<queue::Selected> next = place.core.next_selected()) {
      if (next->matches) return next->offer;
      place.core.looked(*next, true, group_of(next->offer.id.offset));
    }
    return std::nullopt;
  }
  void pump(Place& place) {
    while (std::optional<queue::Offer> offer = next_offer(place)) {
      std::optional<ConsumerId> to = place.core.hand_out(*offer, {.bytes = 1}, Timestamp{0}, deaths_);
      if (queue::GroupId group = group_of(offer->id.offset); place.groups && group != queue::kNoGroup) {
        place.owners[group] = *to;
        ++place.out_of[group];
      }
      if (to == place.other) {
        place.of_other.push_back(offer->id);
        continue;
      }
      ++outstanding_;
      place.out.push_back([this, to = *to, id = offer->id] { consumers_.at(to).held.push_back(id); });
    }
    for (ConsumerId id : place.core.ask_for_share()) place.out.push_back([this, id] { prefetch_.wants(id), tell(); });
  }
  void settle(Place& place, ConsumerId id, queue::MessageId message) {
    queue::Settlement settlement{message, message.offset, queue::Verdict::kDone};
    place.core.settle(id, {&settlement, 1}, MonotonicTime{}, deaths_);
    if (place.groups) --place.out_of[group_of(message.offset)];
    pump(place);
  }
  void settle_other() {
    Place& place = any_place();
    if (place.of_other.empty()) return;
    queue::MessageId message = place.of_other.back();
    place.of_other.pop_back();
    settle(place, *place.other, message);
  }
  void begin_consumer() {
    if (consumers_.size() == 6) return;
    ConsumerId id(++last_id_);
    Place& place = any_place();
    const std::int64_t share = prefetch_.add(id);
    consumers_[id].place = &place;
    place.in.push_back([this, &place, id, share] {
      ASSERT_TRUE(place.core.subscribe(id, {.share = share, .window_bytes = kWindow}));
      pump(place);
    });
  }
  void cancel() {
    if (consumers_.empty()) return;
    auto& [id, consumer] = *std::next(consumers_.begin(), below(consumers_.size()));
    if (!std::exchange(consumer.attached, false)) return;
    Place& place = *consumer.place;
    place.in.push_back([this, &place, id] {
      place.core.stop(id);
      place.out.push_back([this, id] {
        Consumer& gone = consumers_.at(id);
        gone.stopped = true;
        prefetch_.stopped(id, gone.held.size());
        tell();
        forget_if_done(id);
      });
    });
  }
  void settle() {
    if (consumers_.empty()) return;
    auto& [id, consumer] = *std::next(consumers_.begin(), below(consumers_.size()));
    if (consumer.held.empty()) return;
    std::swap(consumer.held[below(consumer.held.size())], consumer.held.back());
    queue::MessageId message = consumer.held.back();
    consumer.held.pop_back();
    --outstanding_;
    prefetch_.settled(id, 1);
    tell();
    Place& place = *consumer.place;
    place.in.push_back([this, &place, id, message] { settle(place, id, message); });
    prefetch_.handed_on(id);
    tell();
    forget_if_done(id);
  }
  void forget_if_done(ConsumerId id) {
    const Consumer& consumer = consumers_.at(id);
    if (!consumer.stopped || !consumer.held.empty()) return;
    prefetch_.remove(id);
    tell();
    consumers_.erase(id);
  }
  void tell() {
    for (const ShareChange& change : prefetch_.take_changes()) {
      auto known = consumers_.find(change.consumer);
      if (known == consumers_.end()) continue;
      Place& place = *known->second.place;
      place.in.push_back([this, &place, change] { carry_out(place, change); });
    }
  }
  void carry_out(Place& place, const ShareChange& change) {
    if (change.kind == Kind::kMore) {
      place.core.change_share(change.consumer, change.more);
    } else if (auto taken = place.core.take_share(change.consumer, change.kind == Kind::kAskAllBack)) {
      place.out.push_back([this, id = change.consumer, taken] { prefetch_.returned(id, *taken), tell(); });
    }
    pump(place);
  }
  bool deliver_mail() {
    std::vector<Mail*> boxes;
    for (auto& place : places_) {
      for (Mail* box : {&place->in, &place->out}) {
        if (!box->empty()) boxes.push_back(box);
      }
    }
    if (boxes.empty()) return false;
    Mail& box = *boxes[below(boxes.size())];
    auto letter = std::move(box.front());
    box.pop_front();
    letter();
    return true;
  }
  bool nothing_is_left() const {
    return std::ranges::none_of(
        consumers_, [](const auto& one) { return !one.second.held.empty() || one.second.place->core.ready() > 0; });
  }

  std::mt19937_64 random_;
  std::uint32_t limit_;
  std::uint64_t last_id_ = 0;
  std::uint64_t outstanding_ = 0;  // handed out to the channel, and not settled by it
  SharedPrefetch prefetch_;
  std::vector<std::unique_ptr<Place>> places_;
  Consumers consumers_;
  std::vector<queue::Death> deaths_;
};

TEST(SharedPrefetch, NoMoreThanTheLimitAndNeverLessWhileThereAreMessages) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto limit = static_cast<std::uint32_t>(1 + seed % 7);
    Sharing sharing(seed, limit);
    for (int step = 0; step < 600; ++step) {
      sharing.act();
      ASSERT_TRUE(sharing.within_limit()) << "seed " << seed << ", step " << step;
      if (step % 100 != 99) continue;
      sharing.come_to_rest();
      ASSERT_TRUE(sharing.within_limit()) << "seed " << seed << ", step " << step;
      ASSERT_FALSE(sharing.idles()) << "seed " << seed << ", step " << step;
    }
    ASSERT_TRUE(sharing.drains()) << "seed " << seed;
  }
}

TEST(SharedPrefetch, ANewLimitHoldsOnceWhatIsBeyondItIsSettled) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Sharing sharing(seed, static_cast<std::uint32_t>(seed % 4));
    std::uint64_t most = sharing.outstanding();
    for (int step = 0; step < 800; ++step) {
      if (step % 200 == 199) {
        sharing.change_limit(static_cast<std::uint32_t>((seed + static_cast<std::uint64_t>(step)) % 9));
        sharing.come_to_rest();
        most = sharing.outstanding();
      }
      sharing.act();
      if (!sharing.within_limit()) ASSERT_LE(sharing.outstanding(), most) << "seed " << seed << ", step " << step;
      most = sharing.within_limit() ? 0 : sharing.outstanding();
    }
    sharing.come_to_rest();
    ASSERT_FALSE(sharing.idles()) << "seed " << seed;
    ASSERT_TRUE(sharing.drains()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace wharf::amqp091
