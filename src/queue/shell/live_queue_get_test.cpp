// Single messages that are asked for while the disk fails.
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

using Got = Result<std::optional<GotMessage>>;

/// What is answered within a minute, if anything is.
std::optional<Got> ask(World& world, std::uint64_t holder) {
  auto got = std::make_shared<std::optional<Got>>();
  world.queue().get(ConsumerId(holder), true, [got](Got answer) { *got = std::move(answer); });
  world.simulation.run_until([&got] { return got->has_value(); }, world.simulation.now() + std::chrono::minutes(1));
  return std::move(*got);
}

TEST(LiveQueueGet, WhoAsksForAMessageThatCannotBeReadIsToldSo) {
  World world;
  ASSERT_TRUE(world.publish(3, 2000));  // more than checkpoints carry
  world.wait(std::chrono::seconds(30));
  world.restart();
  world.disk().set_errors({.read_one_in = 1, .not_cached_one_in = 1});
  std::optional<Got> refused = ask(world, 1);
  ASSERT_TRUE(refused);
  ASSERT_FALSE(*refused);
  EXPECT_EQ(refused->error().code, ErrorCode::kStorage);
  world.disk().set_errors({});
  std::optional<Got> got = ask(world, 2);
  ASSERT_TRUE(got && *got && **got);
  EXPECT_EQ((**got)->delivery.id.offset, Offset(0));
}

TEST(LiveQueueGet, WhoAsksGetsNoneThatIsBeyondTheLimit) {
  World world({.max_length_bytes = 10'000});
  ASSERT_TRUE(world.publish(10, 1000));  // more than checkpoints carry
  world.wait(std::chrono::seconds(30));
  world.restart();
  world.wait(Milliseconds(100));
  world.disk().set_errors({.not_cached_one_in = 2});  // the oldest is read before it is dropped
  ASSERT_TRUE(world.publish(1, 1000));
  std::optional<Got> got = ask(world, 1);
  ASSERT_TRUE(got);
  ASSERT_TRUE(*got) << got->error().message;
  ASSERT_TRUE(**got);
  EXPECT_EQ((**got)->delivery.id.offset, Offset(1));
  world.disk().set_errors({});
}

TEST(LiveQueueGet, WhoAsksForAMessageThatCannotBeLetOutIsToldSo) {
  World world;
  world.disk().set_errors({.write_one_in = 1});
  EXPECT_FALSE(world.publish(1));
  std::optional<Got> refused = ask(world, 1);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(*refused);
  world.disk().set_errors({});
}

}  // namespace
}  // namespace wharf::queue
