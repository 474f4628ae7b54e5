#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ConsumerId kA{1}, kB{2}, kC{3};
using Pair = std::pair<std::uint64_t, std::int64_t>;

/// The letter at a message's place is its group, '.' none; a capital closes its group.
class GroupsOf : public ::testing::Test {
 protected:
  explicit GroupsOf(QueueOptions options = {.settings = {.max_priority = 1, .groups = true}, .keeps_state = false})
      : queue(std::move(options)) {
    queue.open(0, Offset{0}, Offset{0});
    queue.open(1, Offset{0}, Offset{0});
  }

  void arrive(std::string_view groups, std::uint8_t level = 0) {
    of_level[level] += groups;
    queue.arrived(level, Offset(static_cast<std::int64_t>(of_level[level].size())), 0, false);
  }
  void subscribe(ConsumerId id, std::uint32_t prefetch = 0, std::int32_t priority = 0) {
    ASSERT_TRUE(queue.subscribe(id, {.prefetch = prefetch, .priority = priority}));
  }
  char letter(MessageId id) const { return of_level.at(id.level)[static_cast<std::size_t>(id.offset.value)]; }
  void look(const Selected& next) {
    char group = letter(next.offer.id);
    ++looks;
    queue.looked(next, true, group == '.' ? kNoGroup : GroupId(static_cast<std::uint64_t>(std::tolower(group))));
  }
  /// What is handed out until there is nothing to do.
  std::vector<Pair> serve() {
    std::vector<Pair> handed;
    while (std::optional<Selected> next = queue.next_selected()) {
      if (!next->matches) {
        look(*next);
        continue;
      }
      MessageId id = next->offer.id;
      bool closes = std::isupper(letter(id)) != 0;
      handed.emplace_back(queue.hand_out(next->offer, {.closes_group = closes}, Timestamp{0}, deaths)->value,
                          id.offset.value);
    }
    return handed;
  }
  std::optional<std::int64_t> get(ConsumerId holder) {
    while (std::optional<Selected> next = queue.next_for_getter()) {
      if (!next->matches) {
        look(*next);
        continue;
      }
      queue.get(next->offer, {}, holder, false, Timestamp{0}, deaths);
      return next->offer.id.offset.value;
    }
    return std::nullopt;
  }
  void settle(ConsumerId id, std::int64_t offset, Verdict verdict = Verdict::kDone, std::uint8_t level = 0) {
    Settlement settlement{{level, Offset(offset)}, Offset(offset), verdict};
    queue.settle(id, {&settlement, 1}, now, deaths);
  }

  Queue queue;
  std::map<std::uint8_t, std::string> of_level;
  std::vector<Death> deaths;
  MonotonicTime now{};
  int looks = 0;
};

using QueueGroups = GroupsOf;

TEST_F(QueueGroups, AGroupIsWithOneConsumerAndNobodyWaitsBehindIt) {
  subscribe(kA, 1);
  subscribe(kB, 2);
  arrive("aab.aab");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0), Pair(2, 2), Pair(2, 3))) << "a's others wait for A, b is B's";
  settle(kA, 0);
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 1)));
  settle(kB, 3);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 6)));
  EXPECT_EQ(looks, 7) << "each once";
}

TEST_F(QueueGroups, AnOwnerKeepsItsGroupWhileItIsThereAlsoWhenNothingIsOut) {
  subscribe(kA);
  subscribe(kB);
  arrive("ab");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0), Pair(2, 1)));
  settle(kA, 0);
  settle(kB, 1);
  arrive("bbaa");
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 2), Pair(2, 3), Pair(1, 4), Pair(1, 5)));
}

TEST_F(QueueGroups, WhoTakesAGroupOverGetsFirstWhatWasOut) {
  subscribe(kA, 2);
  arrive("aaaa");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0), Pair(1, 1)));
  subscribe(kB);
  EXPECT_THAT(serve(), IsEmpty());
  queue.release(kA, now, deaths);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 0), Pair(2, 1), Pair(2, 2), Pair(2, 3)));
}

TEST_F(QueueGroups, WhoHasCancelledKeepsItsGroupsUntilWhatItHasIsSettled) {
  subscribe(kA, 2);
  subscribe(kB);
  arrive("a");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0)));
  queue.stop(kA);
  arrive("aa");
  EXPECT_THAT(serve(), IsEmpty());
  settle(kA, 0, Verdict::kReturn);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 0), Pair(2, 1), Pair(2, 2)));
}

TEST_F(QueueGroups, AClosedGroupBeginsAnewWithWhoseTurnItIs) {
  subscribe(kA, 2);
  arrive("aA");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0), Pair(1, 1)));
  subscribe(kB, 2, 1);
  arrive("a");
  EXPECT_THAT(serve(), IsEmpty()) << "what closed it is still out";
  settle(kA, 0);
  EXPECT_THAT(serve(), IsEmpty());
  settle(kA, 1);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 2)));
}

TEST_F(QueueGroups, HigherLevelsGoFirstAndPrioritiesOfConsumersCountForGroupsThatAreFree) {
  subscribe(kA, 1);
  subscribe(kB, 1, 5);
  arrive("aab");
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 0), Pair(1, 2)));
  arrive("a", 1);
  settle(kB, 0);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 0)));  // of level 1
  settle(kB, 0, Verdict::kDone, 1);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 1)));
}

TEST_F(QueueGroups, WhoTakesSingleMessagesGetsThoseOfGroupsThatAreNobodys) {
  arrive("aab");
  EXPECT_EQ(get(kC), 0);
  EXPECT_EQ(get(ConsumerId(4)), 2) << "a is with the first";
  EXPECT_EQ(get(ConsumerId(5)), std::nullopt);
  settle(kC, 0);
  EXPECT_EQ(get(ConsumerId(5)), 1);
}

class RestingGroups : public GroupsOf {
 protected:
  RestingGroups()
      : GroupsOf({.settings = {.retry = RetryDelays{{Milliseconds(10)}}, .groups = true}, .keeps_state = false}) {}
};

TEST_F(RestingGroups, AGroupWaitsForItsMessageThatWaitsForItsNextTry) {
  subscribe(kA, 1);
  arrive("aab");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0)));
  settle(kA, 0, Verdict::kReturn);
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 2)));
  settle(kA, 2);
  EXPECT_THAT(serve(), IsEmpty());
  EXPECT_FALSE(queue.wake(now + Milliseconds(10), 10));
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0)));
}

class RebalancedGroups : public GroupsOf {
 protected:
  RebalancedGroups() : GroupsOf({.settings = {.groups = true, .rebalances_groups = true}, .keeps_state = false}) {}
};

TEST_F(RebalancedGroups, ANewConsumerGetsItsShareOnceNothingIsOut) {
  subscribe(kA);
  arrive("abcc");
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 0), Pair(1, 1), Pair(1, 2), Pair(1, 3)));
  settle(kA, 0);
  subscribe(kB);
  arrive("abc");
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 4))) << "b and c are out";
  settle(kA, 1);
  settle(kA, 2);
  EXPECT_THAT(serve(), ElementsAre(Pair(1, 5))) << "and has now as much as B";
  settle(kA, 3);
  EXPECT_THAT(serve(), ElementsAre(Pair(2, 6)));
}

TEST(MessageGroups, RemembersOfManyGroupsThoseThatWereUsedLast) {
  Queue queue({.settings = {.groups = true}, .keeps_state = false, .groups = {.idle_groups = 100}});
  queue.open(0, Offset{0}, Offset{0});
  ASSERT_TRUE(queue.subscribe(kA, {.settles_itself = true, .window_bytes = 1u << 30}));
  queue.arrived(0, Offset(100'000), 0, false);
  std::vector<Death> deaths;
  while (std::optional<Selected> next = queue.next_selected()) {
    if (next->matches) {
      ASSERT_TRUE(queue.hand_out(next->offer, {}, Timestamp{0}, deaths));
    } else {
      queue.looked(*next, true, GroupId(static_cast<std::uint64_t>(next->offer.id.offset.value) + 1));
    }
  }
  EXPECT_EQ(queue.ready(), 0u);
  EXPECT_EQ(queue.groups()->size(), 100u);
  EXPECT_EQ(queue.groups()->parked(), 0u);
  queue.release(kA, {}, deaths);
  EXPECT_EQ(queue.groups()->size(), 0u);
}

TEST(MessageGroups, LooksAtNoMoreThanItCanParkAndForgetsWhatWasDropped) {
  Queue queue({.settings = {.groups = true}, .keeps_state = false, .groups = {.parked_messages = 50}});
  queue.open(0, Offset{0}, Offset{0});
  ASSERT_TRUE(queue.subscribe(kA, {.prefetch = 1}));
  ASSERT_TRUE(queue.subscribe(kB, {.prefetch = 1}));
  queue.arrived(0, Offset(200), 0, false);
  std::vector<Death> deaths;
  auto serve = [&] {
    std::vector<std::int64_t> handed;
    while (std::optional<Selected> next = queue.next_selected()) {
      if (!next->matches) {
        queue.looked(*next, true, GroupId(next->offer.id.offset < Offset(150) ? 1 : 2));
        continue;
      }
      queue.hand_out(next->offer, {}, Timestamp{0}, deaths);
      handed.push_back(next->offer.id.offset.value);
    }
    return handed;
  };
  EXPECT_THAT(serve(), ElementsAre(0));
  EXPECT_EQ(queue.groups()->parked(), 50u);
  queue.purge(140);
  EXPECT_THAT(serve(), ElementsAre(150)) << "the fifty that were parked are gone";
  EXPECT_EQ(queue.ready(), 58u);
}

}  // namespace
}  // namespace wharf::queue
