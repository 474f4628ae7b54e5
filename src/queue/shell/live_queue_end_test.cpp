// What was to come later of somebody, or of a queue, that has gone meanwhile.
#include <gtest/gtest.h>

#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

constexpr ConsumerId kHolder{7};

TEST(LiveQueueEnd, AGetThatWaitsForTheDiskIsAnsweredWhenItsHolderGoes) {
  World world;
  ASSERT_TRUE(world.publish(3));
  world.restart();  // so that nothing is in memory
  std::optional<Result<std::optional<GotMessage>>> got;
  world.queue().get(kHolder, false, [&got](Result<std::optional<GotMessage>> answer) { got = std::move(answer); });
  ASSERT_FALSE(got);
  world.queue().release(std::array{Leaver{kHolder}});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().code, ErrorCode::kClosed);
  world.wait(Milliseconds(100));
  EXPECT_EQ(world.ready(), 3u);
}

// A connection has many consumers of a queue: its loss is one try of what one of them had first, and none of what it
// was not sent.
TEST(LiveQueueEnd, WhatConsumersHadThatLeaveTogetherGoesToNoneOfThemAndCountsAsOneTry) {
  World world({.delivery_limit = 1});
  ASSERT_TRUE(world.publish(3));
  std::shared_ptr<Consumer> first = world.subscribe(ConsumerId{11}, 3);
  std::vector<std::shared_ptr<Consumer>> others;
  for (std::uint64_t id = 12; id < 16; ++id) others.push_back(world.subscribe(ConsumerId{id}, 3));
  ASSERT_EQ(first->deliveries.size(), 3u);
  std::vector<Leaver> leaving{{ConsumerId{11}, {first->deliveries[0].id}}};
  for (std::uint64_t id = 12; id < 16; ++id) leaving.push_back({ConsumerId{id}});
  world.queue().release(leaving);
  world.wait(Milliseconds(1));
  for (const std::shared_ptr<Consumer>& other : others) EXPECT_TRUE(other->deliveries.empty());
  EXPECT_EQ(world.ready(), 3u);
  std::shared_ptr<Consumer> next = world.subscribe(kHolder, 3);
  ASSERT_EQ(next->deliveries.size(), 3u);
  EXPECT_EQ(next->deliveries[0].earlier_tries, 0u) << "it was not sent";
  EXPECT_EQ(next->deliveries[1].earlier_tries, 1u);
  EXPECT_EQ(next->deliveries[2].earlier_tries, 0u);
}

TEST(LiveQueueEnd, ATimerOfADeletedQueueThatIsDueInTheSameMomentDoesNothing) {
  World world;
  constexpr TopicId kBrief{{2}};
  constexpr Milliseconds kExpires{1'000};
  std::ignore = world.shard().set_timer(world.shard().now() + kExpires, [&world] { world.remove(TopicId{{2}}); });
  world.open({kBrief, "/", "brief", true, false}, {.expires = kExpires});
  world.wait(2 * kExpires);
  EXPECT_EQ(world.unused, 0);
  EXPECT_FALSE(world.has_folder(messages_of(kBrief, 0)));
}

}  // namespace
}  // namespace wharf::queue
