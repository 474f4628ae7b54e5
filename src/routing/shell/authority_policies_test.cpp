// Policies in the namespaces: what they make of queues and exchanges on every shard, before and after a restart.
#include <gtest/gtest.h>

#include "routing/shell/authority_testing.hpp"

namespace wharf::routing {
namespace {

using testing::durable_queue;
using testing::exclusive_queue;
using testing::transient_queue;
using testing::World;

Policy policy(std::string name, std::string pattern, PropertyTable definition, std::int64_t priority = 0) {
  return {.name = std::move(name),
          .pattern = std::move(pattern),
          .priority = priority,
          .definition = std::move(definition)};
}
PropertyTable length(std::int64_t messages) {
  return {{"max-length", messages}};
}

void expect_length(World& world, std::string_view queue, std::optional<std::uint64_t> length) {
  for (std::size_t shard = 0; shard < 3; ++shard) {
    ASSERT_TRUE(world.queue(shard, queue)) << queue;
    EXPECT_EQ(world.queue(shard, queue)->settings.max_length, length) << queue << " on shard " << shard;
  }
  const queue::QueueInfo& info = *world.queue(0, queue);
  EXPECT_EQ(world.host_of(info).open_queues.at(info.ref.id)->settings.max_length, length) << queue;
}

TEST(AuthorityPolicies, HoldForTheQueuesThatAreThereAndForThoseThatCome) {
  World world;
  queue::QueueInfo limited = durable_queue("jobs.limited");
  limited.declared.max_length = 3;
  ASSERT_TRUE(world.declare(0, limited)->created);
  ASSERT_TRUE(world.declare(1, transient_queue("jobs.old"))->created);
  ASSERT_TRUE(world.declare(2, durable_queue("other"))->created);
  EXPECT_TRUE(*world.set_policy(1, policy("short", "^jobs\\.", length(5))));
  ASSERT_TRUE(world.declare(2, exclusive_queue("jobs.new", 1))->created);
  for (int start = 0; start < 2; ++start) {
    expect_length(world, "jobs.limited", 3);
    expect_length(world, "other", std::nullopt);
    if (start == 0) {
      expect_length(world, "jobs.old", 5);
      expect_length(world, "jobs.new", 5);
      world.told();
      world.power_loss();
    }
  }
  ASSERT_TRUE(world.declare(1, durable_queue("jobs.later"))->created);
  expect_length(world, "jobs.later", 5);
  EXPECT_FALSE(*world.set_policy(2, policy("short", "^jobs\\.", length(2))));
  expect_length(world, "jobs.limited", 2);
  EXPECT_TRUE(*world.set_policy(2, policy("operator", "later", length(1)), PolicyKind::kOperatorPolicy));
  expect_length(world, "jobs.later", 1);
  EXPECT_TRUE(*world.set_policy(0, policy("first", "limited$", length(9), 1)));
  expect_length(world, "jobs.limited", 3);
  EXPECT_TRUE(world.clear_policy(1, "first"));
  EXPECT_TRUE(world.clear_policy(1, "operator", PolicyKind::kOperatorPolicy));
  EXPECT_TRUE(world.clear_policy(1, "short"));
  for (int start = 0; start < 2; ++start) {
    expect_length(world, "jobs.limited", 3);
    expect_length(world, "jobs.later", std::nullopt);
    world.told();
    world.restart();
  }
}

TEST(AuthorityPolicies, ThatLookElsewhereLeaveAQueueAlone) {
  World world;
  ASSERT_TRUE(world.declare(0, durable_queue("jobs"))->created);
  Policy exchanges = policy("a", "", length(5));
  exchanges.applies_to = AppliesTo::kExchanges;
  Policy quorum = policy("b", "", length(6));
  quorum.applies_to = AppliesTo::kQuorumQueues;
  for (const Policy& one : {exchanges, quorum}) ASSERT_TRUE(world.set_policy(0, one));
  queue::QueueInfo safe = durable_queue("safe");
  safe.type = "quorum";
  ASSERT_TRUE(world.declare(0, safe)->created);
  expect_length(world, "jobs", std::nullopt);
  expect_length(world, "safe", 6);
}

TEST(AuthorityPolicies, GiveExchangesAnAlternateBehindTheirOwn) {
  World world;
  Exchange own{.name = "own", .type = "topic", .durable = true, .arguments = {{"alternate-exchange", "mine"}}};
  Exchange late{.name = "late", .type = "topic", .durable = true, .arguments = {}};
  ASSERT_TRUE(world.declare(0, own));
  ASSERT_TRUE(world.set_policy(1, policy("p", "", {{"alternate-exchange", "spare"}})));
  ASSERT_TRUE(world.declare(2, late));
  auto alternates = [&world](std::size_t shard) {
    const RoutingTable& routes = world.authority->namespaces(world.shard(shard)).find("/")->routes;
    std::vector<std::string> all;
    for (const char* name : {"", "own", "late", "amq.topic"}) all.push_back(routes.exchange(name)->alternate());
    return all;
  };
  const std::vector<std::string> before{"", "mine", "spare", "spare"}, after{"", "mine", "", ""};
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(alternates(shard), before);
  world.restart();
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(alternates(shard), before);
  ASSERT_TRUE(world.clear_policy(1, "p"));
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(alternates(shard), after);
}

TEST(AuthorityPolicies, WhatCannotBeIsRefusedAndChangesNothing) {
  World world;
  ASSERT_TRUE(world.declare(0, durable_queue("jobs"))->created);
  EXPECT_EQ(world.set_policy(0, policy("p", "(", length(5))).error().message,
            "pattern should be regular expression but is invalid: regular expression '(' is invalid: missing ): (");
  EXPECT_EQ(world.set_policy(0, policy("p", "", {{"bogus", std::int64_t{1}}})).error().message,
            "[{<<\"bogus\">>,1}] are not recognised policy settings");
  EXPECT_EQ(world.set_policy(0, policy("p", "", length(5)), PolicyKind::kPolicy, "nowhere").error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(world.clear_policy(0, "p").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(world.set_policy(0, policy("p", "", length(5))));
  EXPECT_EQ(world.clear_policy(0, "p", PolicyKind::kOperatorPolicy).error().code, ErrorCode::kNotFound);
  expect_length(world, "jobs", 5);
  world.break_disk();
  EXPECT_FALSE(world.set_policy(0, policy("p", "", length(6))));
  EXPECT_FALSE(world.clear_policy(0, "p"));
  world.mend_disk();
  expect_length(world, "jobs", 5);
  testing::Told told = world.told();
  world.power_loss();
  expect_length(world, "jobs", 5);
  EXPECT_EQ(world.told(), told);
}

// All queues of a namespace in one turn kept a shard from everything else.
TEST(AuthorityPolicies, AreAnsweredWhenTheLastOfManyQueuesHasThem) {
  World world;
  constexpr int kQueues = 300;
  auto name = [](int i) { return "q" + std::to_string(i); };
  for (int i = 0; i < kQueues; ++i) ASSERT_TRUE(world.declare(i % 3, transient_queue(name(i))));
  ASSERT_TRUE(world.set_policy(1, policy("p", "", length(5))));
  for (int i = 0; i < kQueues; ++i) expect_length(world, name(i), 5);
  ASSERT_TRUE(world.clear_policy(2, "p"));
  for (int i = 0; i < kQueues; ++i) expect_length(world, name(i), std::nullopt);
}

std::shared_ptr<const queue::QueueInfo> shared_queue(const std::string& name, std::uint8_t id) {
  queue::QueueInfo info = transient_queue(name);
  info.name_space = "/";
  info.ref.id.bytes[0] = id;
  return std::make_shared<const queue::QueueInfo>(std::move(info));
}

TEST(PolicyWalk, PassesOverNamesInPartsAndOverWhatComesAndGoesMeanwhile) {
  Namespaces namespaces(1);
  for (std::uint8_t i = 0; i < 100; ++i)
    ASSERT_TRUE(namespaces.apply(QueueMade{shared_queue("q" + std::to_string(i), i)}));
  auto set = [](std::int64_t messages) {
    auto all = [](std::string_view) { return true; };
    return PolicySet{"/", PolicyKind::kPolicy,
                     std::make_shared<const ActivePolicy>(policy("p", "", length(messages)), all)};
  };
  PolicyWalk first = namespaces.apply(set(5))->walks.at(0);
  std::size_t configured = namespaces.follow(first, 60).size();
  EXPECT_LE(configured, 60u);
  EXPECT_GT(configured, 40u);  // what is ready-made has names too
  EXPECT_FALSE(first.done);
  ASSERT_TRUE(namespaces.apply(QueueGone{namespaces.find("/")->queue("q99")}));
  ASSERT_TRUE(namespaces.apply(QueueMade{shared_queue("later", 200)}));
  PolicyWalk second = namespaces.apply(set(7))->walks.at(0);
  while (!first.done) std::ignore = namespaces.follow(first, 60);
  while (!second.done) std::ignore = namespaces.follow(second, 60);
  for (const std::string name : {"q0", "q50", "q98", "later"})
    EXPECT_EQ(namespaces.find("/")->queue(name)->settings.max_length, 7u) << name;
  ASSERT_TRUE(namespaces.apply(NamespaceGone{"/"}));
  PolicyWalk gone{.name_space = "/", .changed = {}};
  EXPECT_TRUE(namespaces.follow(gone, 60).empty());
  EXPECT_TRUE(gone.done);
}

TEST(AuthorityPolicies, GoWithTheirNamespace) {
  World world;
  auto create = [&world] {
    return world.simulation.run(world.shard(0), world.authority->create_namespace(world.shard(0), "v"));
  };
  ASSERT_TRUE(create());
  ASSERT_TRUE(world.set_policy(0, policy("p", "", length(5)), PolicyKind::kPolicy, "v"));
  ASSERT_TRUE(world.set_policy(0, policy("o", "", length(5)), PolicyKind::kOperatorPolicy, "v"));
  ASSERT_TRUE(world.simulation.run(world.shard(0), world.authority->delete_namespace(world.shard(0), "v")));
  for (int start = 0; start < 2; ++start) {
    ASSERT_EQ(create().has_value(), start == 0);
    EXPECT_TRUE(world.authority->namespaces(world.shard(1)).find("v")->policies.empty());
    world.restart();
  }
}

}  // namespace
}  // namespace wharf::routing
