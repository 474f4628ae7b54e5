#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;

constexpr ConsumerId kA{1};

class QueueLastValues : public ::testing::Test {
 protected:
  QueueLastValues() { queue.open(0, Offset{0}, Offset{0}); }

  /// Each letter is a message's key.
  void arrive(std::string_view keys) {
    for (char key : keys) {
      Offset offset(count++);
      queue.arrived(0, Offset(count), 10, false);
      queue.note_value(std::string(1, key), {0, offset}, 10);
    }
  }
  std::vector<std::int64_t> serve() {
    std::vector<std::int64_t> handed;
    while (std::optional<Offer> offer = queue.offer()) {
      handed.push_back(offer->id.offset.value);
      queue.hand_out(*offer, {.bytes = 10}, Timestamp{0}, deaths);
    }
    return handed;
  }
  void settle(std::int64_t offset, Verdict verdict) {
    Settlement settlement{{0, Offset(offset)}, Offset(offset), verdict};
    queue.settle(kA, {&settlement, 1}, {}, deaths);
  }

  Queue queue{QueueOptions{.settings = {.last_value_key = "k"}, .keeps_state = false}};
  std::int64_t count = 0;
  std::vector<Death> deaths;
};

TEST_F(QueueLastValues, AValueTakesThePlaceOfTheFirstThatWaits) {
  arrive(
      "abab"
      "c"
      "a");
  EXPECT_EQ(queue.ready(), 3u);
  EXPECT_EQ(queue.ready_bytes(), 30u);
  ASSERT_TRUE(queue.subscribe(kA, {}));
  EXPECT_THAT(serve(), ElementsAre(5, 3, 4));
}

TEST_F(QueueLastValues, WhatComesBackKeepsItsPlaceUntilItIsReplaced) {
  arrive("aba");
  ASSERT_TRUE(queue.subscribe(kA, {.prefetch = 1}));
  EXPECT_THAT(serve(), ElementsAre(2));
  settle(2, Verdict::kReturn);
  EXPECT_THAT(serve(), ElementsAre(2)) << "before b";
  arrive("a");
  settle(2, Verdict::kReturn);
  EXPECT_THAT(serve(), ElementsAre(1)) << "2 is outlived";
  settle(1, Verdict::kDone);
  EXPECT_THAT(serve(), ElementsAre(3));
}

TEST_F(QueueLastValues, WhatIsOutlivedDoesNotComeBackToASelectorEither) {
  constexpr SelectorId kNone{1};
  ASSERT_TRUE(queue.subscribe(kA, {.prefetch = 1}));
  ASSERT_TRUE(queue.subscribe(ConsumerId(2), {.selector = kNone}));
  arrive("a");
  EXPECT_THAT(serve(), ElementsAre(0));
  arrive("ab");
  auto look = [this] {
    int looks = 0;
    for (; looks < 10; ++looks) {
      std::optional<Selected> next = queue.next_selected();
      if (!next) break;
      queue.looked(*next, false);
    }
    return looks;
  };
  EXPECT_EQ(look(), 2);
  settle(0, Verdict::kReturn);
  arrive("c");
  EXPECT_EQ(look(), 1);
}

TEST_F(QueueLastValues, WhatLeavesOtherwiseIsForgotten) {
  arrive("ab");
  queue.drop_oldest(1);
  arrive("a");
  EXPECT_EQ(queue.ready(), 2u);
  EXPECT_EQ(queue.purge(), 2u);
  EXPECT_EQ(queue.replaceable("a"), nullptr);
  arrive("a");
  ASSERT_TRUE(queue.hold({0, Offset(3)}, 10, ConsumerId(7), {}));
  arrive("a");
  EXPECT_EQ(queue.ready(), 1u);
  Settlement back{{0, Offset(3)}, Offset(3), Verdict::kGiveBack};
  queue.settle(ConsumerId(7), {&back, 1}, {}, deaths);
  EXPECT_EQ(queue.ready(), 1u) << "a newer one had come";
}

}  // namespace
}  // namespace wharf::queue
