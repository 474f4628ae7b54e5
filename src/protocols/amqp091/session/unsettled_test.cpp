#include "protocols/amqp091/session/unsettled.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::amqp091 {
namespace {

using queue::MessageId;
using queue::Settlement;
using queue::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr queue::ConsumerId kConsumer{1};

UnsettledDeliveries holding(std::uint64_t first, std::uint64_t last) {
  UnsettledDeliveries held;
  for (std::uint64_t tag = first; tag <= last; ++tag)
    held.add({tag, kConsumer, {0, Offset(static_cast<std::int64_t>(tag) * 10)}});
  return held;
}

std::vector<std::uint64_t> take(UnsettledDeliveries& held, std::uint64_t tag, bool multiple) {
  std::vector<HeldDelivery> taken;
  if (!held.take(tag, multiple, taken)) return {0};
  std::vector<std::uint64_t> tags;
  for (const HeldDelivery& delivery : taken) tags.push_back(delivery.tag);
  return tags;
}

TEST(UnsettledDeliveries, OneTagIsTakenOnce) {
  UnsettledDeliveries held = holding(1, 3);
  EXPECT_THAT(take(held, 2, false), ElementsAre(2));
  EXPECT_THAT(take(held, 2, false), ElementsAre(0));
  EXPECT_THAT(take(held, 1, false), ElementsAre(1));
  EXPECT_THAT(take(held, 1, false), ElementsAre(0));
  EXPECT_EQ(held.size(), 1u);
}

TEST(UnsettledDeliveries, MultipleTakesAllUpToTheTagThatAreStillHeld) {
  UnsettledDeliveries held = holding(1, 5);
  EXPECT_THAT(take(held, 2, false), ElementsAre(2));
  EXPECT_THAT(take(held, 4, true), ElementsAre(1, 3, 4));
  EXPECT_EQ(held.size(), 1u);
  EXPECT_THAT(take(held, 4, true), ElementsAre(0));
}

TEST(UnsettledDeliveries, MultipleOfATagThatIsNotHeldTakesNothing) {
  UnsettledDeliveries held = holding(1, 5);
  EXPECT_THAT(take(held, 6, true), ElementsAre(0));
  EXPECT_THAT(take(held, 3, false), ElementsAre(3));
  EXPECT_THAT(take(held, 3, true), ElementsAre(0));
  EXPECT_EQ(held.size(), 4u);
}

TEST(UnsettledDeliveries, TagZeroWithMultipleIsAllEvenIfThereIsNone) {
  UnsettledDeliveries held = holding(3, 4);
  EXPECT_THAT(take(held, 0, true), ElementsAre(3, 4));
  EXPECT_THAT(take(held, 0, true), IsEmpty());
  EXPECT_THAT(take(held, 0, false), ElementsAre(0));
}

TEST(UnsettledDeliveries, ALoneOldDeliveryDoesNotKeepTheMemoryOfLaterOnes) {
  UnsettledDeliveries held = holding(1, 10'000);
  for (std::uint64_t tag = 2; tag <= 10'000; ++tag) ASSERT_THAT(take(held, tag, false), ElementsAre(tag));
  EXPECT_EQ(held.size(), 1u);
  EXPECT_THAT(take(held, 1, false), ElementsAre(1));
}

TEST(UnsettledDeliveries, WhatIsPutBackIsHeldAgainInItsOrder) {
  UnsettledDeliveries held = holding(1, 4);
  std::vector<HeldDelivery> taken;
  ASSERT_TRUE(held.take(3, false, taken));
  ASSERT_TRUE(held.take(1, false, taken));
  held.put_back(taken);
  EXPECT_EQ(held.size(), 4u);
  EXPECT_THAT(take(held, 3, true), ElementsAre(1, 2, 3));
}

TEST(Settlements, NeighboursWithOneFateAreOneRange) {
  std::vector<Settlement> settlements;
  for (std::int64_t offset : {5, 6, 7}) add_settlement(settlements, {0, Offset(offset)}, Verdict::kDone);
  add_settlement(settlements, {0, Offset(8)}, Verdict::kReturn);
  add_settlement(settlements, {0, Offset(10)}, Verdict::kReturn);
  add_settlement(settlements, {1, Offset(11)}, Verdict::kReturn);
  ASSERT_EQ(settlements.size(), 4u);
  EXPECT_EQ(settlements[0].first, (MessageId{0, Offset(5)}));
  EXPECT_EQ(settlements[0].last, Offset(7));
  EXPECT_EQ(settlements[1].last, Offset(8));
  EXPECT_EQ(settlements[3].first, (MessageId{1, Offset(11)}));
}

}  // namespace
}  // namespace wharf::amqp091
