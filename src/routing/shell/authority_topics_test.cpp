// Log topics as destinations of the default namespace: they come and go by the topic table, not by the authority.
#include <gtest/gtest.h>

#include "routing/shell/authority_testing.hpp"

namespace wharf::routing {
namespace {

using testing::durable_queue;
using testing::to_queue;
using testing::Told;
using testing::World;

TopicId topic_id(std::uint8_t number) {
  TopicId id;
  id.bytes.fill(number);
  return id;
}

Binding to_topic(std::string source, std::string topic, std::string key = "") {
  return {std::move(source), {DestinationKind::kLogTopic, std::move(topic)}, std::move(key), {}};
}

runtime::Task<void> ignore(runtime::Task<Result<void>> task) {
  std::ignore = co_await std::move(task);
}

TEST(AuthorityTopics, ATopicIsBoundLikeAQueueAndInternalOnesAreNot) {
  World world;
  world.create_topic("orders", topic_id(1));
  world.create_topic("inner", topic_id(2), true);
  EXPECT_TRUE(world.bind(1, to_topic("amq.topic", "orders", "order.#")));
  EXPECT_EQ(world.bind(1, to_topic("amq.topic", "inner")).error().code, ErrorCode::kNotFound);
  Told before = world.told();
  EXPECT_EQ(before.size(), 2u);
  world.restart();
  EXPECT_EQ(world.told(), before);
}

TEST(AuthorityTopics, ATopicTakesItsBindingsAlongAndANewOneOfTheNameHasNone) {
  World world;
  world.create_topic("orders", topic_id(1));
  Exchange leaving{.name = "leaving", .type = "fanout", .durable = true, .auto_delete = true, .arguments = {}};
  ASSERT_TRUE(*world.declare(2, leaving));
  ASSERT_TRUE(world.bind(1, to_topic("leaving", "orders")));
  ASSERT_TRUE(world.bind(1, to_topic("amq.topic", "orders")));
  ASSERT_TRUE(world.remove_topic(topic_id(1)));
  world.create_topic("orders", topic_id(3));
  EXPECT_EQ(world.told().size(), 1u);
  world.restart();
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(AuthorityTopics, AnExchangeThatLosesItsLastTopicsAtOnceIsForgotten) {
  World world;
  Exchange leaving{.name = "leaving", .type = "fanout", .durable = true, .auto_delete = true, .arguments = {}};
  ASSERT_TRUE(*world.declare(2, leaving));
  for (std::uint8_t i = 1; i <= 2; ++i) {
    world.create_topic(fmt::format("t{}", i), topic_id(i));
    ASSERT_TRUE(world.bind(1, to_topic("leaving", fmt::format("t{}", i))));
  }
  auto remove = [&](std::uint8_t number) {
    return world.metadata->change(
        [=](const cluster::Catalogue& known) { return known.remove_topic(topic_id(number)); });
  };
  world.call(0, ignore(remove(1)));
  world.call(0, ignore(remove(2)));
  world.wait_for_calls();
  EXPECT_EQ(world.told().size(), 1u);
  world.restart();
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(AuthorityTopics, WhatATopicTookAlongIsGoneAfterAPowerLossAtOnceAndForgottenLater) {
  World world;
  world.create_topic("orders", topic_id(1));
  Exchange leaving{.name = "leaving", .type = "fanout", .durable = true, .auto_delete = true, .arguments = {}};
  ASSERT_TRUE(*world.declare(2, leaving));
  ASSERT_TRUE(world.bind(1, to_topic("leaving", "orders")));
  ASSERT_TRUE(world.bind(1, to_topic("amq.topic", "orders")));
  ASSERT_TRUE(world.remove_topic(topic_id(1)));
  world.power_loss();
  EXPECT_EQ(world.told().size(), 1u);
  EXPECT_EQ(world.bind(1, to_topic("amq.topic", "orders")).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(world.declare(0, durable_queue("jobs"))->created);  // what is owed is written with it
  world.create_topic("orders", topic_id(2));
  world.restart();
  EXPECT_EQ(world.told().size(), 2u);
}

runtime::Task<void> bind_into(Authority* authority, runtime::Shard* here, Binding binding,
                              std::optional<Result<void>>* into) {
  Result<void> bound = co_await authority->bind(*here, "/", std::move(binding));
  into->emplace(std::move(bound));
}

TEST(AuthorityTopics, ATopicThatGoesWhileABindingIsBeingWrittenLeavesNothingBehind) {
  std::set<bool> outcomes;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(seed);
    world.create_topic("orders", topic_id(1));
    Exchange leaving{.name = "leaving", .type = "fanout", .durable = true, .auto_delete = true, .arguments = {}};
    ASSERT_TRUE(*world.declare(2, leaving));
    ASSERT_TRUE(world.bind(1, to_topic("leaving", "orders", "first")));
    ASSERT_TRUE(world.declare(1, durable_queue("jobs"))->created);
    std::optional<Result<void>> to_the_topic, from_the_exchange;
    world.call(1, bind_into(world.authority.get(), &world.shard(1), to_topic("amq.fanout", "orders"), &to_the_topic));
    world.call(2, bind_into(world.authority.get(), &world.shard(2), to_queue("leaving", "jobs"), &from_the_exchange));
    world.simulation.run_for(std::chrono::microseconds(seed * 5));
    ASSERT_TRUE(world.remove_topic(topic_id(1)));
    world.wait_for_calls();
    ASSERT_TRUE(to_the_topic && from_the_exchange);
    outcomes.insert(from_the_exchange->has_value());
    Told told = world.told();
    EXPECT_EQ(told.size(), from_the_exchange->has_value() ? 4u : 2u) << "seed " << seed;
    world.create_topic("orders", topic_id(2));
    if (!*from_the_exchange) ASSERT_TRUE(*world.declare(2, leaving));
    told = world.told();
    world.restart();
    EXPECT_EQ(world.told(), told) << "seed " << seed;
  }
  EXPECT_EQ(outcomes.size(), 2u) << "the seeds reach both orders";
}

}  // namespace
}  // namespace wharf::routing
