#include <gmock/gmock.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

constexpr ConsumerId kPicky{1}, kOther{2}, kAny{3};

/// Messages with a property `kind`, and others, a batch each.
class SelectorsTest : public ::testing::Test {
 protected:
  void publish(std::uint64_t messages, std::string_view kind,
               std::optional<std::string_view> expiration = std::nullopt) {
    std::vector<std::byte> properties;
    WHARF_ASSERT(encode_properties(properties, {{"kind", std::string(kind)}, {"n", std::int64_t{7}}}) ==
                 TableFault::kNone);
    for (std::uint64_t left = messages; left > 0;) {
      std::uint64_t count = std::min<std::uint64_t>(left, 1000);
      BatchBuilder builder(BatchOptions{});
      for (std::uint64_t i = 0; i < count; ++i) {
        append_message(builder, {.expiration = expiration, .properties = properties, .body = as_bytes("b")},
                       world.now());
      }
      Incoming incoming{.batch = log::own(*builder.finish()),
                        .messages = count,
                        .body_bytes = count,
                        .expiring = expiration.has_value()};
      world.queue().enqueue(std::move(incoming), [](Result<void> kept) { EXPECT_TRUE(kept); });
      left -= count;
    }
    world.wait(Milliseconds(1));
  }
  std::shared_ptr<Consumer> subscribe(ConsumerId id, std::string_view selector, std::uint32_t prefetch = 0) {
    auto consumer = std::make_shared<Consumer>();
    EXPECT_TRUE(world.queue().subscribe(id, {.prefetch = prefetch}, consumer, selector));
    world.wait(Milliseconds(1));
    return consumer;
  }
  void wait_for(const std::shared_ptr<Consumer>& consumer, std::size_t deliveries) {
    ASSERT_TRUE(world.simulation.run_until([&] { return consumer->deliveries.size() >= deliveries; },
                                           world.simulation.now() + std::chrono::seconds(10)));
  }
  static std::vector<std::int64_t> offsets(const std::shared_ptr<Consumer>& consumer) {
    std::vector<std::int64_t> offsets;
    for (const Delivery& delivery : consumer->deliveries) offsets.push_back(delivery.id.offset.value);
    return offsets;
  }

  World world;
};

using ::testing::ElementsAre;

TEST_F(SelectorsTest, AMatchIsFoundBehindAHundredThousandThatAreNot) {
  publish(100'000, "common");
  publish(1, "rare");
  std::shared_ptr<Consumer> picky = subscribe(kPicky, "kind = 'rare'");
  wait_for(picky, 1);
  EXPECT_THAT(offsets(picky), ElementsAre(100'000));
  EXPECT_FALSE(picky->deliveries[0].redelivered);
  EXPECT_EQ(world.ready(), 100'000u);
  publish(1, "common");
  publish(1, "rare");
  EXPECT_THAT(offsets(picky), ElementsAre(100'000, 100'002));
}

TEST_F(SelectorsTest, WhoTakesAnythingDoesNotWaitForWhoIsPicky) {
  publish(50'000, "common");
  auto picky = std::make_shared<Consumer>();
  ASSERT_TRUE(world.queue().subscribe(kPicky, {}, picky, "kind = 'rare'"));
  auto any = std::make_shared<Consumer>();
  ASSERT_TRUE(world.queue().subscribe(kAny, {.prefetch = 2'000}, any));
  std::size_t turns = 0;  // of the shard, while the picky one looks through all of them
  ASSERT_TRUE(world.simulation.run_until([&] { return ++turns, any->deliveries.size() == 2'000; },
                                         world.simulation.now() + std::chrono::seconds(1)));
  EXPECT_LT(turns, 200u);
  EXPECT_EQ(offsets(any).back(), 1'999);
}

TEST_F(SelectorsTest, WhatComesBackIsFoundAgainInItsPlace) {
  publish(5'000, "common");
  publish(3, "rare");
  std::shared_ptr<Consumer> picky = subscribe(kPicky, "kind = 'rare'", 2);
  wait_for(picky, 2);
  EXPECT_THAT(offsets(picky), ElementsAre(5'000, 5'001));
  world.settle(kPicky, picky->deliveries[1], Verdict::kDone);
  wait_for(picky, 3);
  world.settle(kPicky, picky->deliveries[0], Verdict::kReturn);
  wait_for(picky, 4);
  EXPECT_THAT(offsets(picky), ElementsAre(5'000, 5'001, 5'002, 5'000));
  EXPECT_TRUE(picky->deliveries[3].redelivered);
  EXPECT_EQ(picky->deliveries[3].earlier_tries, 1u);
  world.queue().release(std::array{Leaver{kPicky}});
  std::shared_ptr<Consumer> other = subscribe(kOther, "n = 7 AND kind = 'rare'");
  wait_for(other, 2);
  EXPECT_THAT(offsets(other), ElementsAre(5'000, 5'002));
}

TEST_F(SelectorsTest, EachMessageGoesToOneOfThoseThatItMatches) {
  std::shared_ptr<Consumer> a = subscribe(kPicky, "kind IN ('a', 'both')"),
                            b = subscribe(kOther, "kind IN ('b', 'both')");
  for (std::string_view kind : {"a", "b", "both", "none", "a", "b"}) publish(1, kind);
  EXPECT_EQ(a->deliveries.size() + b->deliveries.size(), 5u);
  EXPECT_EQ(world.ready(), 1u);
  EXPECT_THAT(offsets(subscribe(kAny, "")), ElementsAre(3));
}

TEST_F(SelectorsTest, AfterARestartOnlyWhatWasOutIsFlagged) {
  publish(20'000, "common");
  publish(2, "rare");
  std::shared_ptr<Consumer> picky = subscribe(kPicky, "kind = 'rare'");
  wait_for(picky, 2);
  world.settle(kPicky, picky->deliveries[1], Verdict::kDone);
  world.restart();
  EXPECT_EQ(world.ready(), 20'001u);
  picky = subscribe(kPicky, "kind = 'rare'");
  wait_for(picky, 1);
  EXPECT_THAT(offsets(picky), ElementsAre(20'000));
  EXPECT_TRUE(picky->deliveries[0].redelivered);
  GotMessage first = world.get(kAny);
  EXPECT_EQ(first.delivery.id.offset, Offset(0));
  EXPECT_FALSE(first.delivery.redelivered);
}

TEST_F(SelectorsTest, LimitsHoldForWhatIsPassedOver) {
  world.configure({.max_length = 10});
  publish(10, "common");
  publish(1, "rare", "1000");
  EXPECT_EQ(world.ready(), 10u);  // the oldest made room
  std::shared_ptr<Consumer> picky = subscribe(kPicky, "kind = 'rare'", 1);
  wait_for(picky, 1);
  world.settle(kPicky, picky->deliveries[0], Verdict::kReturn);
  wait_for(picky, 2);
  world.queue().stop(kPicky);
  world.settle(kPicky, picky->deliveries[1], Verdict::kReturn);
  EXPECT_EQ(world.ready(), 10u);
  world.wait(Milliseconds(1'500));  // nobody looks at it: it stays, and is never delivered
  std::shared_ptr<Consumer> late = subscribe(kOther, "kind = 'rare'");
  EXPECT_TRUE(late->deliveries.empty());
  EXPECT_EQ(world.ready(), 9u);
  EXPECT_EQ(world.queue().purge(), 9u);
  publish(1, "rare");
  EXPECT_EQ(late->deliveries.size(), 1u);
}

TEST_F(SelectorsTest, WhatIsNoSelectorIsRefusedAndChangesNothing) {
  auto consumer = std::make_shared<Consumer>();
  Result<void> added = world.queue().subscribe(kPicky, {}, consumer, "kind = ");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(added.error().message, ::testing::HasSubstr("at position 8"));
  EXPECT_EQ(world.queue().counts().consumers, 0u);
}

}  // namespace
}  // namespace wharf::queue
