#include <gmock/gmock.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ConsumerId kA{1}, kB{2}, kGetter{3};

class LiveGroups : public ::testing::Test {
 protected:
  void publish(std::string_view group, std::uint64_t messages = 1, PropertyTable more = {}) {
    std::vector<std::byte> properties;
    more.push_back({"JMSXGroupID", std::string(group)});
    WHARF_ASSERT(encode_properties(properties, more) == TableFault::kNone);
    for (std::uint64_t left = messages; left > 0;) {
      std::uint64_t count = std::min<std::uint64_t>(left, 1000);
      BatchBuilder builder(BatchOptions{});
      for (std::uint64_t i = 0; i < count; ++i) {
        append_message(builder, {.origin = Protocol::kAmqp091, .properties = properties, .body = as_bytes("b")},
                       world.now());
      }
      Incoming incoming{.batch = log::own(*builder.finish()), .messages = count, .body_bytes = count};
      world.queue().enqueue(std::move(incoming), [](Result<void> kept) { EXPECT_TRUE(kept); });
      left -= count;
    }
    world.wait(Milliseconds(1));
  }
  std::shared_ptr<Consumer> subscribe(ConsumerId id, std::uint32_t prefetch, std::string_view selector = {}) {
    auto consumer = std::make_shared<Consumer>();
    EXPECT_TRUE(world.queue().subscribe(id, {.prefetch = prefetch}, consumer, selector));
    world.wait(Milliseconds(1));
    return consumer;
  }
  std::optional<GotMessage> get() {
    std::optional<GotMessage> got;
    bool answered = false;
    world.queue().get(kGetter, false, [&](Result<std::optional<GotMessage>> answer) {
      if (*answer) got = std::move(**answer);
      answered = true;
    });
    EXPECT_TRUE(
        world.simulation.run_until([&] { return answered; }, world.simulation.now() + std::chrono::seconds(10)));
    return got;
  }
  void wait_for(const std::shared_ptr<Consumer>& consumer, std::size_t deliveries) {
    ASSERT_TRUE(world.simulation.run_until([&] { return consumer->deliveries.size() >= deliveries; },
                                           world.simulation.now() + std::chrono::seconds(60)));
  }
  static std::vector<std::int64_t> offsets(const std::shared_ptr<Consumer>& consumer) {
    std::vector<std::int64_t> offsets;
    for (const Delivery& delivery : consumer->deliveries) offsets.push_back(delivery.id.offset.value);
    return offsets;
  }

  World world{QueueSettings{.groups = true}};
};

TEST_F(LiveGroups, AGroupsOwnerHoldsUpNobodyElse) {
  std::shared_ptr<Consumer> a = subscribe(kA, 1);
  publish("busy", 100'000);
  wait_for(a, 1);
  EXPECT_THAT(offsets(a), ElementsAre(0));
  std::shared_ptr<Consumer> b = subscribe(kB, 10);
  publish("other", 2);
  wait_for(b, 2);
  EXPECT_THAT(offsets(b), ElementsAre(100'000, 100'001));
  EXPECT_FALSE(b->deliveries[0].redelivered);
  world.settle(kA, a->deliveries[0], Verdict::kDone);
  EXPECT_THAT(offsets(a), ElementsAre(0, 1));
}

TEST_F(LiveGroups, WhatWasOutComesFirstToWhoTakesTheGroupOver) {
  std::shared_ptr<Consumer> a = subscribe(kA, 3);
  publish("g", 5);
  publish("", 1);
  std::shared_ptr<Consumer> b = subscribe(kB, 0);
  wait_for(b, 1);
  EXPECT_THAT(offsets(b), ElementsAre(5));
  world.queue().release(std::array{Leaver{kA}});
  wait_for(b, 6);
  EXPECT_THAT(offsets(b), ElementsAre(5, 0, 1, 2, 3, 4));
  EXPECT_TRUE(b->deliveries[1].redelivered);
  EXPECT_FALSE(b->deliveries[4].redelivered);
}

TEST_F(LiveGroups, AStartReadsWhatIsAskedForAndKnowsTheGroups) {
  std::shared_ptr<Consumer> a = subscribe(kA, 2);
  publish("g", 3);
  publish("h", 1);
  world.restart();
  a = subscribe(kA, 1);
  std::shared_ptr<Consumer> b = subscribe(kB, 0);
  wait_for(b, 1);
  EXPECT_THAT(offsets(a), ElementsAre(0));
  EXPECT_THAT(offsets(b), ElementsAre(3));
  EXPECT_TRUE(a->deliveries[0].redelivered);
}

TEST_F(LiveGroups, ANegativeSequenceNumberClosesAGroup) {
  std::shared_ptr<Consumer> a = subscribe(kA, 2);
  publish("g", 1, {{"JMSXGroupSeq", std::int32_t{-1}}});
  wait_for(a, 1);
  EXPECT_THAT(offsets(a), ElementsAre(0));
  std::shared_ptr<Consumer> b = subscribe(kB, 2);
  publish("g");
  EXPECT_THAT(offsets(b), IsEmpty());
  world.settle(kA, a->deliveries[0], Verdict::kDone);
  publish("g");
  EXPECT_EQ(a->deliveries.size() + b->deliveries.size(), 3u);
}

TEST_F(LiveGroups, SingleMessagesAreTakenOfGroupsThatAreNobodys) {
  publish("g", 2);
  publish("h", 1);
  EXPECT_EQ(get()->delivery.id.offset, Offset(0));
  EXPECT_EQ(get()->delivery.id.offset, Offset(2));
  EXPECT_FALSE(get());
  EXPECT_EQ(world.ready(), 1u);
  world.queue().release(std::array{Leaver{kGetter}});
  EXPECT_EQ(get()->delivery.id.offset, Offset(0));
}

TEST_F(LiveGroups, ASelectorTakesOfAGroupWhatItAsksForAndTheRestGoesOnWhenNothingIsOut) {
  std::shared_ptr<Consumer> red = subscribe(kA, 0, "color = 'red'");
  publish("g", 1, {{"color", std::string("red")}});
  publish("g", 1, {{"color", std::string("blue")}});
  publish("g", 1, {{"color", std::string("red")}});
  EXPECT_THAT(offsets(red), ElementsAre(0, 2));
  std::shared_ptr<Consumer> any = subscribe(kB, 0);
  EXPECT_THAT(offsets(any), IsEmpty());
  for (const Delivery& delivery : red->deliveries) world.settle(kA, delivery, Verdict::kDone);
  wait_for(any, 1);
  EXPECT_THAT(offsets(any), ElementsAre(1));
}

}  // namespace
}  // namespace wharf::queue
