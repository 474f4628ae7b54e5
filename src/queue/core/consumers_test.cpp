// Whose turn it is.
#include "queue/core/consumers.hpp"

#include <gtest/gtest.h>

namespace wharf::queue {
namespace {

constexpr ConsumerId kA{1}, kB{2}, kC{3};

std::vector<std::uint64_t> served(Consumers& consumers, int messages) {
  std::vector<std::uint64_t> order;
  for (int i = 0; i < messages; ++i) {
    std::optional<ConsumerId> to = consumers.choose();
    if (!to) break;
    consumers.handed(*to, 10);
    order.push_back(to->value);
  }
  return order;
}

TEST(Consumers, equal_ones_take_turns) {
  Consumers consumers(false);
  for (ConsumerId id : {kA, kB, kC}) ASSERT_TRUE(consumers.add(id, {}));
  EXPECT_EQ(served(consumers, 6), (std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3}));
}

TEST(Consumers, those_that_settle_at_once_take_turns_too) {
  Consumers consumers(false);
  for (ConsumerId id : {kA, kB}) ASSERT_TRUE(consumers.add(id, {.settles_itself = true}));
  EXPECT_EQ(served(consumers, 4), (std::vector<std::uint64_t>{1, 2, 1, 2}));
}

TEST(Consumers, nobody_gets_more_than_its_prefetch) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {.prefetch = 1}));
  ASSERT_TRUE(consumers.add(kB, {.prefetch = 2}));
  EXPECT_EQ(served(consumers, 9), (std::vector<std::uint64_t>{1, 2, 2}));
  consumers.settled(kA, 1);
  EXPECT_EQ(served(consumers, 9), (std::vector<std::uint64_t>{1}));
}

TEST(Consumers, while_one_idles_a_slow_one_gets_no_more_than_it_settles) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {.prefetch = 100}));
  ASSERT_TRUE(consumers.add(kB, {.prefetch = 100}));
  EXPECT_EQ(served(consumers, 2), (std::vector<std::uint64_t>{1, 2}));
  for (int i = 0; i < 5; ++i) {  // B settles each at once, A none
    consumers.settled(kB, 1);
    EXPECT_EQ(served(consumers, 1), (std::vector<std::uint64_t>{2}));
  }
}

TEST(Consumers, the_higher_priority_first_while_it_has_room) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {}));
  ASSERT_TRUE(consumers.add(kB, {.prefetch = 2, .priority = 5}));
  EXPECT_EQ(served(consumers, 4), (std::vector<std::uint64_t>{2, 2, 1, 1}));
}

TEST(Consumers, a_window_closes_by_bytes_and_by_messages_and_opens_when_they_were_written) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {.window_bytes = 2 * (kWindowBytesPerMessage + 10)}));
  EXPECT_EQ(served(consumers, 9).size(), 2u);
  consumers.wrote(kA, kWindowBytesPerMessage + 10);
  EXPECT_EQ(served(consumers, 9).size(), 1u);
}

TEST(Consumers, an_exclusive_one_is_alone) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {}));
  EXPECT_EQ(consumers.add(kB, {.exclusive = true}).error().code, ErrorCode::kLocked);
  consumers.stop(kA);
  ASSERT_TRUE(consumers.add(kB, {.exclusive = true}));
  EXPECT_EQ(consumers.add(kC, {}).error().code, ErrorCode::kLocked);
  consumers.remove(kB);
  EXPECT_TRUE(consumers.add(kC, {}));
}

TEST(Consumers, of_a_single_active_queue_one_is_served_until_it_leaves) {
  Consumers consumers(true);
  ASSERT_TRUE(consumers.add(kA, {.prefetch = 2}));
  ASSERT_TRUE(consumers.add(kB, {}));
  EXPECT_EQ(served(consumers, 5), (std::vector<std::uint64_t>{1, 1}));  // the other does not help out
  consumers.settled(kA, 1);
  EXPECT_EQ(served(consumers, 5), (std::vector<std::uint64_t>{1}));
  consumers.stop(kA);
  EXPECT_EQ(served(consumers, 2), (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(consumers.attached(), 1u);
}

TEST(Consumers, a_share_holds_beside_the_prefetch_and_is_asked_for_once) {
  Consumers consumers(false);
  ASSERT_TRUE(consumers.add(kA, {.share = 1}));
  ASSERT_TRUE(consumers.add(kB, {.prefetch = 1}));
  auto could_have = [](ConsumerId, std::optional<SelectorId>) { return true; };
  EXPECT_FALSE(consumers.any_short());
  EXPECT_EQ(served(consumers, 9), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(consumers.ask_for_share(could_have), std::vector<ConsumerId>{kA});
  EXPECT_TRUE(consumers.ask_for_share(could_have).empty());
  consumers.change_share(kA, 4);
  EXPECT_EQ(served(consumers, 2), (std::vector<std::uint64_t>{1, 1}));
  EXPECT_EQ(consumers.take_share(kA, false), 1u);  // half of the two that it does not use
  EXPECT_EQ(consumers.take_share(kA, true), 1u);
  EXPECT_EQ(consumers.take_share(kA, true), 0u);
  EXPECT_TRUE(served(consumers, 1).empty());
  EXPECT_EQ(consumers.ask_for_share(could_have), std::vector<ConsumerId>{kA});
  consumers.change_share(kA, -1);  // comes before what is settled
  consumers.settled(kA, 1);
  EXPECT_TRUE(served(consumers, 1).empty());
  consumers.settled(kA, 1);
  EXPECT_EQ(served(consumers, 9), std::vector<std::uint64_t>{1});
  consumers.stop(kA);
  EXPECT_FALSE(consumers.take_share(kA, true));
}

}  // namespace
}  // namespace wharf::queue
