// What a start finds of the queues of earlier runs.
#include <gtest/gtest.h>

#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

constexpr TopicId kTransient{{2}};
constexpr std::uint8_t kLevels[] = {0, 3};

void enqueue(World& world, LiveQueue& queue, std::uint8_t level) {
  BatchBuilder builder(BatchOptions{});
  builder.append({.timestamp = world.now(), .value = as_bytes(std::string_view("x"))});
  Incoming incoming{.level = level, .batch = log::own(*builder.finish()), .messages = 1, .body_bytes = 1};
  std::optional<Result<void>> answer;
  queue.enqueue(std::move(incoming), [&answer](Result<void> kept) { answer = kept; });
  world.simulation.run_until([&answer] { return answer.has_value(); }, world.simulation.now() + std::chrono::hours(1));
  ASSERT_TRUE(answer && *answer);
}

TEST(ShardQueues, WhatATransientQueueLeftIsRemovedByTheNextStart) {
  for (bool crash : {false, true}) {
    World world({.max_priority = 3});
    ASSERT_TRUE(world.publish(5, 1000, 2));  // more than checkpoints carry
    LiveQueue& transient = world.open({kTransient, "/", "t", false, false}, {.max_priority = 3});
    for (std::uint8_t level : kLevels) enqueue(world, transient, level);
    EXPECT_EQ(transient.counts().ready, 2u);
    for (std::uint8_t level : kLevels) EXPECT_TRUE(world.has_folder(transient_messages_of(kTransient, level)));
    crash ? world.crash() : world.restart();
    // A new run's queues of the same kind are left alone.
    LiveQueue& newer = world.open({TopicId{{3}}, "/", "t", false, false});
    enqueue(world, newer, 0);
    world.wait(Milliseconds(1'000));
    for (std::uint8_t level : kLevels) EXPECT_FALSE(world.has_folder(transient_messages_of(kTransient, level)));
    EXPECT_EQ(newer.counts().ready, 1u);
    EXPECT_EQ(world.ready(), 5u);
    EXPECT_TRUE(world.has_folder(messages_of(World::kId, 2)));
  }
}

TEST(ShardQueues, OfAQueueAtRestNothingIsWrittenWhenTheNodeStops) {
  World world;
  world.restart();
  EXPECT_EQ(world.state_end(), Offset(0));
  EXPECT_FALSE(world.has_folder(state_of(World::kId)));
  ASSERT_TRUE(world.publish(3));
  world.settle(ConsumerId(1), world.get(ConsumerId(1)).delivery, Verdict::kDone);
  world.restart();
  const Offset end = world.state_end();
  EXPECT_GT(end, Offset(0));
  for (int i = 0; i < 2; ++i) {
    world.restart();
    EXPECT_EQ(world.state_end(), end);
    EXPECT_EQ(world.ready(), 2u);
  }
  world.settle(ConsumerId(1), world.get(ConsumerId(1)).delivery, Verdict::kDone);
  world.restart();
  EXPECT_GT(world.state_end(), end);
  EXPECT_EQ(world.ready(), 1u);
}

// Its state would be forgotten, and what was settled would come again once the level can be read.
TEST(ShardQueues, AQueueIsNotOpenedWithoutALevelThatCannotBeRead) {
  World world;
  constexpr TopicId kWithLevels{{2}};
  QueueIdentity identity{kWithLevels, "/", "levels", true, false};
  enqueue(world, world.open(identity, {.max_priority = 9}), 3);
  world.stop();
  const std::filesystem::path folder = std::filesystem::path("data/logs") / messages_of(kWithLevels, 3).folder();
  ASSERT_TRUE(world.disk().create_folders(folder / "stuck.index.swap"));
  ASSERT_TRUE(world.disk().remove("data/clean-shutdown"));
  world.start();
  Result<void> opened = world.try_open(identity, {.max_priority = 9});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kStorage);
}

TEST(ShardQueues, WhatComesToALevelWhoseLogIsGoneIsNotTakenForWhatWasSettledThere) {
  World world({.max_priority = 9});
  constexpr ConsumerId kConsumer{7};
  ASSERT_TRUE(world.publish(5, 1, 3));
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer);
  ASSERT_EQ(consumer->deliveries.size(), 5u);
  for (const Delivery& delivery : consumer->deliveries) world.settle(kConsumer, delivery, Verdict::kDone);
  world.lose_log(messages_of(World::kId, 3));
  world.restart();
  ASSERT_TRUE(world.publish(2, 1, 3));
  EXPECT_EQ(world.ready(), 2u);
  world.crash();
  EXPECT_EQ(world.ready(), 2u);
}

}  // namespace
}  // namespace wharf::queue
