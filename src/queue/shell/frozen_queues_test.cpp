#include "queue/shell/frozen_queues.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wharf::queue {
namespace {

constexpr TopicId kQueue{{1}}, kOther{{2}};

struct World {
  /// Who came, and how: "m" for messages, a number for a consumer.
  void come(TopicId queue, std::optional<ConsumerId> consumer = std::nullopt) {
    frozen.when_not(queue, consumer, [this, consumer](const Result<void>& may) {
      came += (consumer ? std::to_string(consumer->value) : "m") + (may ? " " : "! ");
    });
  }

  FrozenQueues frozen;
  std::string came;
};

TEST(FrozenQueues, WhoComesWaitsAndThenComesInOrder) {
  World world;
  world.frozen.freeze(kQueue);
  world.come(kQueue);
  world.come(kOther);
  EXPECT_EQ(world.came, "m ");
  world.come(kQueue, ConsumerId(7));
  world.came.clear();
  world.frozen.thaw(kQueue);
  EXPECT_EQ(world.came, "m 7 ");
  world.come(kQueue, ConsumerId(8));
  EXPECT_EQ(world.came, "m 7 8 ");
}

TEST(FrozenQueues, AConsumerThatLeavesMeanwhileDoesNotComeAfterwards) {
  World world;
  world.frozen.freeze(kQueue);
  for (std::uint64_t consumer : {7, 8}) world.come(kQueue, ConsumerId(consumer));
  world.come(kQueue);
  world.frozen.forget(kQueue, ConsumerId(7));
  world.frozen.forget(kQueue, ConsumerId(9));
  EXPECT_EQ(world.came, "7! ");
  world.frozen.thaw(kQueue);
  EXPECT_EQ(world.came, "7! 8 m ");
}

TEST(FrozenQueues, AQueueIsFrozenOnceAndForItselfAlone) {
  World world;
  world.frozen.freeze(kQueue);
  world.come(kQueue);
  world.frozen.freeze(kQueue);
  world.frozen.thaw(kOther);
  EXPECT_EQ(world.came, "");
  world.frozen.thaw(kQueue);
  EXPECT_EQ(world.came, "m ");
  EXPECT_FALSE(world.frozen.is(kQueue));
}

}  // namespace
}  // namespace wharf::queue
