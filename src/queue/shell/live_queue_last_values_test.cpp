#include <gmock/gmock.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;

constexpr ConsumerId kA{1};

class LastValueQueue : public ::testing::Test {
 protected:
  explicit LastValueQueue(QueueSettings settings = {.last_value_key = "key"}) : world(std::move(settings)) {}

  Result<void> publish(std::string_view body, std::optional<PropertyValue> key = std::nullopt) {
    std::vector<std::byte> properties;
    PropertyTable table;
    if (key) table.push_back({"key", std::move(*key)});
    WHARF_ASSERT(encode_properties(properties, table) == TableFault::kNone);
    BatchBuilder builder(BatchOptions{});
    append_message(builder, {.origin = Protocol::kAmqp091, .properties = properties, .body = as_bytes(body)},
                   world.now());
    Incoming incoming{.batch = log::own(*builder.finish()), .messages = 1, .body_bytes = body.size()};
    std::optional<Result<void>> outcome;
    world.queue().enqueue(std::move(incoming), [&outcome](Result<void> kept) { outcome = std::move(kept); });
    EXPECT_TRUE(world.simulation.run_until([&] { return outcome.has_value(); },
                                           world.simulation.now() + std::chrono::seconds(10)));
    world.wait(Milliseconds(1));
    return *outcome;
  }
  Result<void> put(std::string_view key, std::string_view body) { return publish(body, std::string(key)); }
  static std::vector<std::string> bodies(const std::shared_ptr<Consumer>& consumer) {
    std::vector<std::string> bodies;
    for (const Delivery& delivery : consumer->deliveries) bodies.emplace_back(as_text(*delivery.record.value));
    return bodies;
  }

  World world;
};

TEST_F(LastValueQueue, ANewValueTakesThePlaceOfTheOneThatWaits) {
  for (auto [key, body] : {std::pair("a", "a1"), {"b", "b1"}, {"a", "a2"}, {"a", "a3"}}) EXPECT_TRUE(put(key, body));
  EXPECT_TRUE(publish("none"));
  EXPECT_TRUE(publish("none"));
  EXPECT_EQ(world.ready(), 4u);
  EXPECT_EQ(world.queue().core().ready_bytes(), 12u);
  EXPECT_THAT(bodies(world.subscribe(kA)), ElementsAre("a3", "b1", "none", "none"));
}

TEST_F(LastValueQueue, OneThatIsOutIsNotReplacedAndDoesNotComeBack) {
  EXPECT_TRUE(put("a", "a1"));
  std::shared_ptr<Consumer> a = world.subscribe(kA, 1);
  EXPECT_TRUE(put("a", "a2"));
  EXPECT_TRUE(put("a", "a3"));
  EXPECT_EQ(world.ready(), 1u);
  world.settle(kA, a->deliveries[0], Verdict::kReturn);
  EXPECT_THAT(bodies(a), ElementsAre("a1", "a3"));
  EXPECT_EQ(world.ready(), 0u);
  world.settle(kA, a->deliveries[1], Verdict::kReturn);
  EXPECT_THAT(bodies(a), ElementsAre("a1", "a3", "a3")) << "the last value comes again";
}

TEST_F(LastValueQueue, AStartKnowsTheKeysAndACrashLosesNoLastValue) {
  EXPECT_TRUE(put("a", "a1"));
  EXPECT_TRUE(put("b", "b1"));
  EXPECT_TRUE(put("a", "a2"));
  world.restart();
  EXPECT_EQ(world.ready(), 2u);
  EXPECT_TRUE(put("b", "b2"));
  EXPECT_TRUE(put("b", "b3"));
  world.crash();
  EXPECT_EQ(world.ready(), 2u);
  EXPECT_TRUE(put("a", "a3"));
  EXPECT_THAT(bodies(world.subscribe(kA)), ElementsAre("a3", "b3"));
}

TEST_F(LastValueQueue, AStartKnowsTheKeysBehindADamagedMessage) {
  const std::string body(1000, 'x');  // more than checkpoints carry
  for (int key = 0; key < 10; ++key) EXPECT_TRUE(put(std::to_string(key), body));
  world.restart_damaged(messages_of(World::kId, 0), 0.55);
  for (int key : {0, 4, 6, 9}) EXPECT_TRUE(put(std::to_string(key), "new"));
  EXPECT_EQ(world.ready(), 10u);
}

TEST_F(LastValueQueue, WhatIsFarAheadGoesOutInItsPlaceUnflagged) {
  EXPECT_TRUE(put("a", "a1"));
  EXPECT_TRUE(put("c", "c1"));
  EXPECT_TRUE(put("b", "b1"));
  for (int i = 0; i < 20'000; ++i) {
    std::string body = std::to_string(i);
    std::vector<std::byte> properties;
    WHARF_ASSERT(encode_properties(properties, {{"key", std::string(i < 10'000 ? "a" : "c")}}) == TableFault::kNone);
    BatchBuilder builder(BatchOptions{});
    append_message(builder, {.properties = properties, .body = as_bytes(body)}, world.now());
    world.queue().enqueue({.batch = log::own(*builder.finish()), .messages = 1, .body_bytes = body.size()},
                          [](Result<void>) {});
  }
  world.wait(Milliseconds(100));
  EXPECT_EQ(world.ready(), 3u);
  std::shared_ptr<Consumer> a = world.subscribe(kA);
  world.wait(Milliseconds(100));
  EXPECT_THAT(bodies(a), ElementsAre("9999", "19999", "b1"));
  for (const Delivery& delivery : a->deliveries) EXPECT_FALSE(delivery.redelivered);
}

class FullLastValueQueue : public LastValueQueue {
 protected:
  FullLastValueQueue() : LastValueQueue({.max_length = 2, .overflow = Overflow::kReject, .last_value_key = "key"}) {}
};

TEST_F(FullLastValueQueue, WhatReplacesAnotherIsTakenAndWhatDoesNotIsRefused) {
  EXPECT_TRUE(put("a", "a1"));
  EXPECT_TRUE(put("b", "b1"));
  EXPECT_TRUE(put("a", "a2"));
  EXPECT_FALSE(put("c", "c1"));
  EXPECT_THAT(bodies(world.subscribe(kA)), ElementsAre("a2", "b1"));
}

}  // namespace
}  // namespace wharf::queue
