// Messages that somebody holds out of turn, and those dropped by number. The simulation has the rest.
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

const ConsumerId kConsumer{1};
const ConsumerId kOperator{2};

class HoldTest : public testing::Test {
 protected:
  HoldTest() : queue_({.settings = {}, .keeps_state = false}) {
    queue_.open(0, Offset{0}, Offset{0});
    queue_.arrived(0, Offset{10}, 10, false);
    EXPECT_TRUE(queue_.subscribe(kConsumer, {}));
  }
  Result<void> hold(std::int64_t offset) { return queue_.hold({0, Offset(offset)}, 1, kOperator, MonotonicTime{}); }
  void settle(std::int64_t offset, Verdict verdict) {
    Settlement settlement{{0, Offset(offset)}, Offset(offset), verdict};
    queue_.settle(kOperator, {&settlement, 1}, MonotonicTime{}, deaths_);
  }
  /// What goes out now.
  std::vector<std::int64_t> handed_out() {
    std::vector<std::int64_t> offsets;
    while (std::optional<Offer> offer = queue_.offer()) {
      offsets.push_back(offer->id.offset.value);
      EXPECT_TRUE(queue_.hand_out(*offer, {.bytes = 1}, Timestamp{0}, deaths_));
    }
    return offsets;
  }

  Queue queue_;
  std::vector<Death> deaths_;
};

using Offsets = std::vector<std::int64_t>;

TEST_F(HoldTest, TheOthersGoOutInTheirOrderWithoutIt) {
  ASSERT_TRUE(hold(4));
  ASSERT_TRUE(hold(5));
  settle(4, Verdict::kDone);
  EXPECT_EQ(queue_.ready(), 8u);
  EXPECT_EQ(queue_.unsettled(), 1u);
  EXPECT_EQ(handed_out(), (Offsets{0, 1, 2, 3, 6, 7, 8, 9}));
}

TEST_F(HoldTest, OneThatIsGivenBackComesAtItsPlace) {
  ASSERT_TRUE(hold(4));
  ASSERT_TRUE(hold(0));
  settle(4, Verdict::kGiveBack);
  settle(0, Verdict::kGiveBack);
  EXPECT_EQ(handed_out(), (Offsets{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(HoldTest, WhatAConsumerHasAndWhatIsNotThereIsRefused) {
  ASSERT_EQ(handed_out().size(), 10u);
  EXPECT_EQ(hold(4).error().code, ErrorCode::kLocked);
  EXPECT_EQ(hold(10).error().code, ErrorCode::kNotFound);
}

TEST_F(HoldTest, APurgePassesOverItAndCountsRight) {
  ASSERT_TRUE(hold(1));
  EXPECT_EQ(queue_.purge(3), 3u);
  EXPECT_EQ(queue_.ready(), 6u);
  EXPECT_EQ(queue_.purge(), 6u);
  EXPECT_EQ(queue_.unsettled(), 1u);
  settle(1, Verdict::kGiveBack);
  EXPECT_EQ(handed_out(), Offsets{1});
}

TEST_F(HoldTest, OneThatIsReadyIsDroppedWhereverItStands) {
  ASSERT_TRUE(hold(4));
  ASSERT_TRUE(hold(5));
  settle(4, Verdict::kReturn);
  EXPECT_TRUE(queue_.drop({0, Offset(4)}, 1));
  EXPECT_TRUE(queue_.drop({0, Offset(8)}, 1));
  EXPECT_TRUE(queue_.drop({0, Offset(0)}, 1));
  for (std::int64_t not_ready : {4, 5, 8, 10}) EXPECT_FALSE(queue_.drop({0, Offset(not_ready)}, 1));
  EXPECT_FALSE(queue_.drop({3, Offset(1)}, 1));
  EXPECT_EQ(queue_.ready(), 6u);
  EXPECT_EQ(queue_.ready_bytes(), 6u);
  EXPECT_EQ(queue_.unsettled(), 1u);
  EXPECT_EQ(handed_out(), (Offsets{1, 2, 3, 6, 7, 9}));
}

TEST_F(HoldTest, TheOldestGoFirst) {
  EXPECT_EQ(queue_.purge(3), 3u);
  EXPECT_EQ(queue_.ready_bytes(), 7u);
  EXPECT_EQ(handed_out(), (Offsets{3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(queue_.purge(3), 0u);
}

TEST_F(HoldTest, ALimitOfLengthDropsWhatWouldGoOutNextAndAPurgeWhatMattersLeast) {
  queue_.open(5, Offset{0}, Offset{0});
  queue_.arrived(5, Offset{4}, 4, false);
  queue_.drop_oldest(2);
  EXPECT_EQ(queue_.oldest()->id, (MessageId{5, Offset{2}}));
  EXPECT_EQ(queue_.purge(3), 3u);
  EXPECT_EQ(queue_.oldest()->id, (MessageId{5, Offset{2}}));
  queue_.drop_oldest(4);
  EXPECT_EQ(queue_.oldest()->id, (MessageId{0, Offset{5}}));
  EXPECT_EQ(queue_.ready(), 5u);
}

TEST_F(HoldTest, WhoPollsLeavesNothingBehind) {
  queue_.arrived(0, Offset{1'000}, 1'000, false);
  for (std::uint64_t round = 0; round < 1'000; ++round) {
    ConsumerId poller{100 + round};
    Offer offer = *queue_.head();
    ASSERT_TRUE(queue_.get(offer, {.bytes = 1}, poller, false, Timestamp{0}, deaths_));
    ASSERT_NE(queue_.consumers().options(poller), nullptr);
    Settlement settlement{offer.id, offer.id.offset, Verdict::kDone};
    queue_.settle(poller, {&settlement, 1}, MonotonicTime{}, deaths_);
    EXPECT_EQ(queue_.consumers().options(poller), nullptr) << round;
  }
  EXPECT_EQ(queue_.unsettled(), 0u);
}

TEST_F(HoldTest, OfALostConsumerWhatItHadFirstCountsATryWhateverItsPriority) {
  queue_.open(5, Offset{0}, Offset{0});
  queue_.arrived(5, Offset{2}, 2, false);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue_.hand_out(*queue_.offer(), {.bytes = 1}, Timestamp{0}, deaths_));
  queue_.release(kConsumer, MonotonicTime{}, deaths_);
  ASSERT_TRUE(queue_.subscribe(kOperator, {}));
  std::vector<std::uint32_t> tries;
  for (int i = 0; i < 4; ++i) {
    tries.push_back(queue_.offer()->tries);
    EXPECT_TRUE(queue_.hand_out(*queue_.offer(), {.bytes = 1}, Timestamp{0}, deaths_));
  }
  EXPECT_EQ(tries, (std::vector<std::uint32_t>{1, 0, 0, 0}));
}

TEST_F(HoldTest, WhatIsLostWhileAConsumerHasItLeavesItRoom) {
  ASSERT_TRUE(queue_.subscribe(kOperator, {.prefetch = 2}));
  queue_.stop(kConsumer);
  EXPECT_EQ(handed_out(), (Offsets{0, 1}));
  queue_.missing(0, {Offset{0}, Offset{2}});
  EXPECT_EQ(queue_.unsettled(), 0u);
  EXPECT_EQ(handed_out(), (Offsets{2, 3}));
}

TEST_F(HoldTest, WhoHoldsTwoIsKnownUntilItHasSettledBoth) {
  ASSERT_TRUE(hold(4));
  ASSERT_TRUE(hold(7));
  settle(7, Verdict::kDone);
  queue_.release(kOperator, MonotonicTime{}, deaths_);
  EXPECT_EQ(queue_.ready(), 9u);
  EXPECT_EQ(queue_.consumers().options(kOperator), nullptr);
}

}  // namespace
}  // namespace wharf::queue
