// Looking at a queue's messages takes nothing, and shows each as it stands.
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

Result<Browsed> browse(World& world, BrowseRequest request = {}) {
  std::optional<Result<Browsed>> browsed;
  world.queue().browse(request, [&browsed](Result<Browsed> answer) { browsed = std::move(answer); });
  EXPECT_TRUE(
      world.simulation.run_until([&] { return browsed.has_value(); }, world.simulation.now() + std::chrono::hours(1)));
  return std::move(*browsed);
}

/// All pages of it.
std::vector<MessageId> walk(World& world, BrowseRequest request, std::size_t& pages) {
  std::vector<MessageId> seen;
  while (true) {
    Result<Browsed> page = browse(world, request);
    EXPECT_TRUE(page);
    ++pages;
    if (!page) return seen;
    for (const BrowsedMessage& one : page->messages) seen.push_back(one.message.id);
    if (!page->next) return seen;
    request.from = *page->next;
  }
}

TEST(LiveQueueBrowse, ShowsWhatIsNotSettledAsItStandsAndTakesNothing) {
  World world;
  ASSERT_TRUE(world.publish(5));
  const ConsumerId holder{1}, settler{2}, returner{3};
  ASSERT_EQ(world.get(holder).delivery.id.offset, Offset(0));
  world.settle(settler, world.get(settler).delivery, Verdict::kDone);
  world.settle(returner, world.get(returner).delivery, Verdict::kReturn);
  QueueCounts before = world.queue().counts();
  for (int round = 0; round < 2; ++round) {
    Result<Browsed> browsed = browse(world);
    ASSERT_TRUE(browsed);
    ASSERT_EQ(browsed->messages.size(), 4u);
    EXPECT_FALSE(browsed->next);
    const BrowsedMessage& held = browsed->messages[0];
    EXPECT_EQ(held.message.id.offset, Offset(0));
    EXPECT_EQ(held.where, Whereabouts::kInFlight);
    EXPECT_FALSE(held.message.redelivered);
    const BrowsedMessage& returned = browsed->messages[1];
    EXPECT_EQ(returned.message.id.offset, Offset(2));
    EXPECT_EQ(returned.where, Whereabouts::kReady);
    EXPECT_EQ(returned.message.earlier_tries, 1u);
    EXPECT_TRUE(returned.message.redelivered);
    EXPECT_EQ(browsed->messages[2].message.id.offset, Offset(3));
    EXPECT_FALSE(browsed->messages[2].message.redelivered);
    EXPECT_EQ(as_text(*browsed->messages[3].message.record.value), "x");
  }
  EXPECT_EQ(world.queue().counts().ready, before.ready);
  EXPECT_EQ(world.queue().counts().unsettled, before.unsettled);
  GotMessage next = world.get(ConsumerId(4));
  EXPECT_EQ(next.delivery.id.offset, Offset(2));
  EXPECT_EQ(next.delivery.earlier_tries, 1u);
  GotMessage fresh = world.get(ConsumerId(4));
  EXPECT_EQ(fresh.delivery.id.offset, Offset(3));
  EXPECT_FALSE(fresh.delivery.redelivered);
}

TEST(LiveQueueBrowse, GoesFromPlaceToPlaceByLevelsFromTheHighest) {
  World world;
  world.configure({.max_priority = 2});
  ASSERT_TRUE(world.publish(3, 1, 0));
  ASSERT_TRUE(world.publish(2, 1, 2));
  std::vector<MessageId> expected{{2, Offset(0)}, {2, Offset(1)}, {0, Offset(0)}, {0, Offset(1)}, {0, Offset(2)}};
  for (std::uint64_t count : {1u, 2u, 4u, 5u, 100u}) {
    std::size_t pages = 0;
    EXPECT_EQ(walk(world, {.messages = count}, pages), expected);
    EXPECT_EQ(pages, (expected.size() + count - 1) / count);
  }
  EXPECT_EQ(browse(world, {.from = {0, Offset(2)}})->messages.size(), 1u);
  EXPECT_EQ(browse(world, {.from = {1, Offset(7)}})->messages.size(), 3u);
  EXPECT_TRUE(browse(world, {.from = {0, Offset(9)}})->messages.empty());
  Result<Browsed> nothing = browse(world, {.messages = 0});
  EXPECT_TRUE(nothing->messages.empty());
  EXPECT_EQ(nothing->next, expected.front());
}

TEST(LiveQueueBrowse, AnAnswerIsBoundedInBytesAndColdMessagesAreReadToo) {
  World world;
  constexpr std::uint64_t kMessages = 5000;
  ASSERT_TRUE(world.publish(kMessages, 1000));
  for (bool cold : {false, true}) {
    if (cold) world.restart();
    std::size_t pages = 0;
    std::vector<MessageId> seen = walk(world, {.messages = kMessages, .bytes = 1u << 20}, pages);
    EXPECT_GE(pages, 4u);
    ASSERT_EQ(seen.size(), kMessages);
    for (std::uint64_t i = 0; i < kMessages; ++i) ASSERT_EQ(seen[i].offset.value, static_cast<std::int64_t>(i));
    EXPECT_EQ(world.ready(), kMessages);
  }
  EXPECT_FALSE(world.get(ConsumerId(1)).delivery.redelivered);
}

TEST(LiveQueueBrowse, AQueueThatIsDeletedMeanwhileIsGone) {
  World world;
  ASSERT_TRUE(world.publish(10, 1000));
  world.restart();  // so that it has to read
  std::optional<Result<Browsed>> browsed;
  world.queue().browse({}, [&browsed](Result<Browsed> answer) { browsed = std::move(answer); });
  world.remove();
  ASSERT_TRUE(
      world.simulation.run_until([&] { return browsed.has_value(); }, world.simulation.now() + std::chrono::hours(1)));
  EXPECT_EQ(browsed->error().code, ErrorCode::kNotFound);
}

TEST(LiveQueueBrowse, IsNoUseOfTheQueue) {
  World world;
  ASSERT_TRUE(world.publish(1));
  world.configure({.expires = Milliseconds(1000)});
  world.wait(Milliseconds(900));
  EXPECT_EQ(browse(world)->messages.size(), 1u);
  world.wait(Milliseconds(200));
  EXPECT_EQ(world.unused, 1);
}

}  // namespace
}  // namespace wharf::queue
