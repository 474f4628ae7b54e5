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
  world.queue().release(kHolder);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().code, ErrorCode::kClosed);
  world.wait(Milliseconds(100));
  EXPECT_EQ(world.ready(), 3u);
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
