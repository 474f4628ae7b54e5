// A consumer with a part of a limit that it shares with others: what its outlet is told.
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

class Sharer final : public Outlet {
 public:
  void deliver(ConsumerId, std::vector<Delivery> some) override {
    for (Delivery& one : some) deliveries.push_back(std::move(one));
  }
  void wants(ConsumerId) override { ++asked; }
  void returned(ConsumerId, std::uint64_t messages) override { given_back += messages; }
  void ended(ConsumerId, EndReason) override {}

  std::vector<Delivery> deliveries;
  int asked = 0;
  std::uint64_t given_back = 0;
};

constexpr ConsumerId kSharer{1}, kOther{2};

class ShareTest : public ::testing::Test {
 protected:
  std::shared_ptr<Sharer> subscribe(std::int64_t share) {
    auto sharer = std::make_shared<Sharer>();
    EXPECT_TRUE(world.queue().subscribe(kSharer, {.share = share}, sharer));
    world.wait(Milliseconds(1));
    return sharer;
  }

  World world;
};

TEST_F(ShareTest, TakesNoMoreAndAsksOnceForMore) {
  ASSERT_TRUE(world.publish(5));
  std::shared_ptr<Sharer> sharer = subscribe(2);
  EXPECT_EQ(sharer->deliveries.size(), 2u);
  EXPECT_EQ(sharer->asked, 1);
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(sharer->asked, 1);
  EXPECT_EQ(world.ready(), 4u);
  world.queue().change_share(kSharer, 1);
  world.wait(Milliseconds(1));
  EXPECT_EQ(sharer->deliveries.size(), 3u);
  EXPECT_EQ(sharer->asked, 2);
  world.settle(kSharer, sharer->deliveries.front(), Verdict::kDone);
  EXPECT_EQ(sharer->deliveries.size(), 4u);
}

TEST_F(ShareTest, AsksWhenAnotherGetsWhatItCouldHaveHad) {
  std::shared_ptr<Sharer> sharer = subscribe(0);
  std::shared_ptr<Consumer> other = world.subscribe(kOther);
  EXPECT_EQ(sharer->asked, 0);
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(other->deliveries.size(), 1u);
  EXPECT_EQ(sharer->asked, 1);
  world.queue().change_share(kSharer, 1);
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(sharer->deliveries.size(), 1u);
}

TEST_F(ShareTest, GivesBackWhatItDoesNotUse) {
  std::shared_ptr<Sharer> sharer = subscribe(5);
  ASSERT_TRUE(world.publish(2));
  world.queue().take_share(kSharer, false);
  EXPECT_EQ(sharer->given_back, 2u);
  world.queue().take_share(kSharer, true);
  EXPECT_EQ(sharer->given_back, 3u);
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(sharer->deliveries.size(), 2u);
  EXPECT_EQ(sharer->asked, 1);
}

}  // namespace
}  // namespace wharf::queue
