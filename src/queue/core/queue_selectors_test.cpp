#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SelectorId kEven{1}, kEveryTenth{2};
constexpr ConsumerId kA{1}, kB{2}, kAny{3};

class QueueSelectors : public ::testing::Test {
 protected:
  QueueSelectors() { queue.open(0, Offset{0}, Offset{0}); }

  void arrive(std::int64_t end) { queue.arrived(0, Offset(end), 0, false); }
  void subscribe(ConsumerId id, std::optional<SelectorId> selector, std::uint32_t prefetch = 0) {
    ASSERT_TRUE(queue.subscribe(id, {.prefetch = prefetch, .selector = selector}));
  }
  /// What is handed out until there is nothing to do; looks are counted.
  std::vector<std::pair<std::uint64_t, std::int64_t>> select() {
    std::vector<std::pair<std::uint64_t, std::int64_t>> handed;
    while (true) {
      while (std::optional<Queue::Reserve> reserve = queue.wanted_reserve()) {
        queue.reserve_asked(*reserve);
        queue.reserved(*reserve);
      }
      std::optional<Selected> next = queue.next_selected();
      if (!next) return handed;
      std::int64_t offset = next->offer.id.offset.value;
      if (next->matches) {
        handed.emplace_back(queue.hand_out(next->offer, {}, Timestamp{0}, deaths)->value, offset);
      } else {
        ++looks;
        queue.looked(*next, offset % (next->offer.selector == kEven ? 2 : 10) == 0);
      }
    }
  }
  void settle(ConsumerId id, std::int64_t offset, Verdict verdict) {
    Settlement settlement{{0, Offset(offset)}, Offset(offset), verdict};
    queue.settle(id, {&settlement, 1}, {}, deaths);
  }

  Queue queue{QueueOptions{}};
  std::vector<Death> deaths;
  int looks = 0;
};

using Pair = std::pair<std::uint64_t, std::int64_t>;

TEST_F(QueueSelectors, EqualSelectorsLookOnceAndTakeTurns) {
  arrive(7);
  subscribe(kA, kEven);
  subscribe(kB, kEven);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 0), Pair(2, 2), Pair(1, 4), Pair(2, 6)));
  EXPECT_EQ(looks, 7);
  EXPECT_EQ(queue.ready(), 3u);
}

TEST_F(QueueSelectors, NothingIsLookedAtWithoutRoomAndNothingTwice) {
  arrive(100);
  subscribe(kA, kEveryTenth, 1);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 0)));
  EXPECT_EQ(looks, 1);
  settle(kA, 0, Verdict::kDone);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 10)));
  EXPECT_EQ(looks, 11);
  settle(kA, 10, Verdict::kGiveBack);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 10)));
  EXPECT_EQ(looks, 12);
}

TEST_F(QueueSelectors, WhatAnotherTookIsPassedOverUntilItComesBack) {
  arrive(20);
  subscribe(kAny, std::nullopt);
  std::optional<Offer> offer;
  for (int i = 0; i < 15; ++i) {
    select();
    offer = queue.offer();
    ASSERT_TRUE(offer);
    ASSERT_EQ(queue.hand_out(*offer, {}, Timestamp{0}, deaths), kAny);
  }
  subscribe(kA, kEveryTenth);
  EXPECT_THAT(select(), IsEmpty());
  EXPECT_EQ(looks, 5);
  settle(kAny, 10, Verdict::kGiveBack);
  settle(kAny, 11, Verdict::kGiveBack);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 10)));
  EXPECT_EQ(looks, 7);
}

TEST_F(QueueSelectors, AScanEndsWithTheLastConsumerThatHasIt) {
  arrive(10);
  subscribe(kA, kEven, 1);
  subscribe(kB, kEven, 1);
  EXPECT_THAT(select(), ElementsAre(Pair(1, 0), Pair(2, 2)));
  queue.release(kA, {}, deaths);
  EXPECT_TRUE(queue.selects());
  queue.stop(kB);
  EXPECT_FALSE(queue.selects());
  looks = 0;
  subscribe(ConsumerId(9), kEven, 2);
  EXPECT_THAT(select(), ElementsAre(Pair(9, 0), Pair(9, 4)));  // kB still has 2
  EXPECT_EQ(looks, 4);
}

TEST_F(QueueSelectors, ASingleActiveConsumersSelectorIsTheOnlyOneThatCounts) {
  Queue single{QueueOptions{.settings = {.single_active_consumer = true}, .keeps_state = false}};
  single.open(0, Offset{0}, Offset{0});
  ASSERT_TRUE(single.subscribe(kA, {.selector = kEven}));
  ASSERT_TRUE(single.subscribe(kAny, {}));
  single.arrived(0, Offset(1), 0, false);
  EXPECT_FALSE(single.offer());
  ASSERT_TRUE(single.next_selected());
  single.stop(kA);
  EXPECT_TRUE(single.offer());
  EXPECT_FALSE(single.next_selected());
}

}  // namespace
}  // namespace wharf::queue
