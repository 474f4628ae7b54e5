// Log topics as destinations of their namespace: they come and go by the topic table, not by the authority.
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

/// With a namespace "shop".
class AuthorityTopicsOfANamespace : public ::testing::Test {
 protected:
  AuthorityTopicsOfANamespace() { create_shop(world_); }

  static void create_shop(World& world) {
    ASSERT_TRUE(world.simulation.run(world.shard(1), world.authority->create_namespace(world.shard(1), "shop")));
  }
  static Result<void> create(World& world, std::string name, std::uint8_t number) {
    return world.simulation.run(world.shard(0), world.create_topic_in("shop", std::move(name), topic_id(number)));
  }
  static Result<void> delete_shop(World& world) {
    return world.simulation.run(world.shard(2), world.authority->delete_namespace(world.shard(2), "shop"));
  }
  static Result<void> bind_in_shop(World& world, std::string topic) {
    Binding binding = to_topic("amq.topic", std::move(topic), "order.#");
    return world.simulation.run(world.shard(1), world.authority->bind(world.shard(1), "shop", std::move(binding)));
  }
  static std::size_t topics_in_shop(const World& world) {
    return world.metadata->catalogue().table()->topics("shop").size();
  }

  World world_;
};

TEST_F(AuthorityTopicsOfANamespace, OneOfAnotherNamespaceIsAnotherWhateverItsName) {
  ASSERT_TRUE(create(world_, "orders", 1));
  EXPECT_EQ(world_.bind(1, to_topic("amq.topic", "orders")).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(bind_in_shop(world_, "orders"));
  world_.create_topic("orders", topic_id(2));
  EXPECT_TRUE(world_.bind(1, to_topic("amq.topic", "orders")));
  Told before = world_.told();
  EXPECT_EQ(before.size(), 4u);
  world_.restart();
  EXPECT_EQ(world_.told(), before);
  ASSERT_TRUE(world_.remove_topic(topic_id(2)));
  EXPECT_EQ(world_.told().size(), 3u);
  ASSERT_TRUE(world_.remove_topic(topic_id(1)));
  EXPECT_EQ(world_.told().size(), 2u);
  world_.restart();
  EXPECT_EQ(world_.told().size(), 2u);
}

TEST_F(AuthorityTopicsOfANamespace, TheyGoWithTheirNamespaceAndANewOneOfItsNameHasNone) {
  ASSERT_TRUE(create(world_, "orders", 1));
  ASSERT_TRUE(bind_in_shop(world_, "orders"));
  world_.create_topic("orders", topic_id(2));
  ASSERT_TRUE(delete_shop(world_));
  EXPECT_EQ(topics_in_shop(world_), 0u);
  EXPECT_TRUE(world_.metadata->catalogue().table()->find("orders"));
  create_shop(world_);
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(topics_in_shop(world_), 0u);
    EXPECT_EQ(bind_in_shop(world_, "orders").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(world_.told().size(), 2u);
    world_.restart();
  }
}

TEST_F(AuthorityTopicsOfANamespace, AQueueAndATopicDoNotShareAName) {
  ASSERT_TRUE(create(world_, "orders", 1));
  queue::QueueInfo queue = durable_queue("orders");
  queue.name_space = "shop";
  EXPECT_EQ(world_.declare(1, queue).error().message,
            "inequivalent arg 'x-queue-type' for queue 'orders' in vhost 'shop': received 'classic' but current is "
            "'stream'");
  queue.name = "jobs";
  ASSERT_TRUE(world_.declare(1, queue)->created);
  EXPECT_EQ(create(world_, "jobs", 2).error().message,
            "inequivalent arg 'x-queue-type' for queue 'jobs' in vhost 'shop': received 'stream' but current is "
            "'classic'");
  EXPECT_TRUE(world_.declare(1, durable_queue("orders"))->created) << "another namespace has other names";
}

runtime::Task<void> note(runtime::Task<Result<void>> task, std::optional<bool>* into) {
  Result<void> done = co_await std::move(task);
  *into = done.has_value();
}
runtime::Task<void> declare_into(World* world, queue::QueueInfo queue, std::optional<bool>* into) {
  Result<DeclaredQueue> declared = co_await world->authority->declare_queue(world->shard(1), std::move(queue));
  *into = declared.has_value();
}

TEST_F(AuthorityTopicsOfANamespace, AQueueAndATopicMadeAtOnceDoNotShareANameEither) {
  std::set<std::pair<bool, bool>> outcomes;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(seed);
    create_shop(world);
    queue::QueueInfo queue = seed % 4 < 2 ? durable_queue("jobs") : testing::transient_queue("jobs");
    queue.name_space = "shop";
    std::optional<bool> has_queue, has_topic;
    const bool queue_first = seed % 2 == 0;
    if (queue_first) world.call(1, declare_into(&world, queue, &has_queue));
    if (!queue_first) world.call(0, note(world.create_topic_in("shop", "jobs", topic_id(1)), &has_topic));
    world.simulation.run_for(std::chrono::microseconds(seed * 5));
    if (!queue_first) world.call(1, declare_into(&world, queue, &has_queue));
    if (queue_first) world.call(0, note(world.create_topic_in("shop", "jobs", topic_id(1)), &has_topic));
    world.wait_for_calls();
    ASSERT_TRUE(has_queue && has_topic);
    EXPECT_NE(*has_queue, *has_topic) << "seed " << seed;
    EXPECT_EQ(topics_in_shop(world), *has_topic ? 1u : 0u);
    EXPECT_EQ(world.told().size(), *has_queue ? 3u : 2u);
    outcomes.emplace(*has_queue, *has_topic);
  }
  EXPECT_EQ(outcomes.size(), 2u) << "the seeds reach both orders";
}

TEST_F(AuthorityTopicsOfANamespace, NoneIsMadeInOneThatIsBeingDeleted) {
  std::set<bool> outcomes;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(seed);
    create_shop(world);
    std::optional<bool> is_gone, is_made;
    const bool topic_first = seed % 2 == 0;
    if (topic_first) world.call(0, note(world.create_topic_in("shop", "orders", topic_id(1)), &is_made));
    if (!topic_first) world.call(2, note(world.authority->delete_namespace(world.shard(2), "shop"), &is_gone));
    world.simulation.run_for(std::chrono::microseconds(seed * 5));
    if (topic_first) world.call(2, note(world.authority->delete_namespace(world.shard(2), "shop"), &is_gone));
    if (!topic_first) world.call(0, note(world.create_topic_in("shop", "orders", topic_id(1)), &is_made));
    world.wait_for_calls();
    ASSERT_TRUE(is_gone && *is_gone && is_made);
    outcomes.insert(*is_made);
    EXPECT_EQ(topics_in_shop(world), 0u) << "seed " << seed;
    create_shop(world);
    EXPECT_EQ(world.told().size(), 2u);
    EXPECT_EQ(bind_in_shop(world, "orders").error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(outcomes.size(), 2u) << "the seeds reach both orders";
}

TEST_F(AuthorityTopicsOfANamespace, WhereOnlyTheNamespacesRecordWasLostTheyAreThereOnceItIsMadeAnew) {
  ASSERT_TRUE(create(world_, "orders", 1));
  ASSERT_TRUE(world_.simulation.run(world_.shard(0), world_.metadata->define({{namespace_key("shop"), std::nullopt}})));
  world_.restart();
  EXPECT_EQ(world_.told().size(), 1u);
  create_shop(world_);
  EXPECT_TRUE(bind_in_shop(world_, "orders"));
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
