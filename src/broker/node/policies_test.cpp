// Policies in a whole node: on queues of every shard with messages in them, and through restarts.
#include "broker/node/policies.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::Policy;
using routing::PolicyKind;

constexpr std::size_t kQueues = 9;  // so that each of three shards has some

Policy length_policy(std::string name, std::int64_t messages) {
  return {.name = std::move(name),
          .pattern = "^jobs",
          .applies_to = routing::AppliesTo::kQueues,
          .definition = {{"max-length", messages}}};
}

std::string name_of(std::size_t number) {
  return fmt::format("jobs.{}", number);
}

runtime::Task<void> declare(Node* node, runtime::Shard* here, std::string name) {
  QueueDeclaration declaration;
  declaration.name = std::move(name);
  declaration.durable = true;
  Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
  EXPECT_TRUE(declared && declared->created);
}

/// To each queue.
runtime::Task<void> publish(Node* node, runtime::Shard* here, std::size_t queues, std::uint64_t messages) {
  std::vector<EnqueuePart> parts;
  for (std::size_t i = 0; i < queues; ++i) {
    BatchBuilder builder(BatchOptions{});
    for (std::uint64_t j = 0; j < messages; ++j) builder.append({.timestamp = Timestamp{1}, .value = as_bytes("body")});
    queue::Incoming incoming{.batch = log::own(*builder.finish()), .messages = messages, .body_bytes = 4 * messages};
    parts.push_back({node->entities().find(*here, "/")->queue(name_of(i))->ref, std::move(incoming)});
  }
  std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, std::move(parts));
  for (const Result<void>& one : kept) EXPECT_TRUE(one);
}

runtime::Task<void> expect_ready(Node* node, runtime::Shard* here, std::size_t queues, std::uint64_t messages) {
  for (std::size_t i = 0; i < queues; ++i) {
    QueueRef queue = node->entities().find(*here, "/")->queue(name_of(i))->ref;
    Result<QueueCounts> counts = co_await node->queues().counts(*here, queue);
    EXPECT_EQ(counts->ready, messages) << name_of(i) << " on shard " << queue.shard.value;
  }
}

runtime::Task<void> set(Node* node, runtime::Shard* here, PolicyKind kind, Policy policy, bool is_new) {
  Result<bool> made = co_await node->policies().set(*here, kind, "/", std::move(policy));
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_EQ(made.value_or(!is_new), is_new);
}

runtime::Task<void> clear(Node* node, runtime::Shard* here, PolicyKind kind, std::string name) {
  Result<void> cleared = co_await node->policies().clear(*here, kind, "/", std::move(name));
  EXPECT_TRUE(cleared);
}

runtime::Task<void> look(Node* node, runtime::Shard* here, std::int64_t messages) {
  const Policies& policies = node->policies();
  std::optional<routing::EffectivePolicy> queue = policies.of_queue(*here, "/", name_of(1));
  EXPECT_EQ(queue->policy->policy.name, "short");
  EXPECT_EQ(queue->definition, (PropertyTable{{"max-length", messages}}));
  EXPECT_FALSE(policies.of_queue(*here, "/", "none"));
  EXPECT_FALSE(policies.of_exchange(*here, "/", "amq.topic")->policy);
  EXPECT_EQ(policies.list(*here, PolicyKind::kPolicy, "/")->size(), 1u);
  EXPECT_EQ(*policies.find(*here, PolicyKind::kPolicy, "/", "short"), length_policy("short", 2));
  EXPECT_EQ(policies.find(*here, PolicyKind::kPolicy, "/", "long").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(policies.list(*here, PolicyKind::kPolicy, "nowhere").error().code, ErrorCode::kNotFound);
  co_return;
}

TEST(NodePolicies, ActOnTheQueuesOfEveryShardAndAreThereAfterARestart) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  {
    NodeThreads running(files, 3);
    Node* node = &running.node();
    for (std::size_t i = 0; i < kQueues; ++i) running.on(i % 3, declare(node, &running.shard(i % 3), name_of(i)));
    running.on(0, publish(node, &running.shard(0), kQueues, 5));
    running.on(1, set(node, &running.shard(1), PolicyKind::kPolicy, length_policy("short", 2), true));
    running.on(2, expect_ready(node, &running.shard(2), kQueues, 2));
    running.on(2, declare(node, &running.shard(2), name_of(kQueues)));
    running.on(0, publish(node, &running.shard(0), kQueues + 1, 5));
    running.on(0, expect_ready(node, &running.shard(0), kQueues + 1, 2));
    for (std::size_t shard = 0; shard < 3; ++shard) running.on(shard, look(node, &running.shard(shard), 2));
  }
  for (std::size_t shards : {3u, 2u}) {
    NodeThreads running(files, shards);
    Node* node = &running.node();
    runtime::Shard* last = &running.shard(shards - 1);
    running.on(shards - 1, publish(node, last, kQueues + 1, 5));
    running.on(shards - 1, expect_ready(node, last, kQueues + 1, 2));
    running.on(0, set(node, &running.shard(0), PolicyKind::kOperatorPolicy, length_policy("most", 1), true));
    running.on(shards - 1, expect_ready(node, last, kQueues + 1, 1));
    running.on(shards - 1, look(node, last, 1));
    running.on(1, clear(node, &running.shard(1), PolicyKind::kOperatorPolicy, "most"));
  }
  NodeThreads running(files, 3);
  Node* node = &running.node();
  running.on(1, clear(node, &running.shard(1), PolicyKind::kPolicy, "short"));
  running.on(0, publish(node, &running.shard(0), kQueues + 1, 5));
  running.on(2, expect_ready(node, &running.shard(2), kQueues + 1, 6));
}

runtime::Task<void> alternates(Node* node, runtime::Shard* here) {
  Policy policy{.name = "spare", .pattern = "^amq\\.topic$", .definition = {{"alternate-exchange", "amq.fanout"}}};
  Result<bool> made = co_await node->policies().set(*here, PolicyKind::kPolicy, "/", policy);
  EXPECT_TRUE(made);
  const routing::RoutingTable& routes = *node->entities().find(*here, "/")->routes;
  EXPECT_EQ(routes.exchange("amq.topic")->alternate(), "amq.fanout");
  EXPECT_EQ(routes.exchange("amq.direct")->alternate(), "");
  EXPECT_EQ(node->policies().of_exchange(*here, "/", "amq.topic")->policy->policy, policy);
  policy.definition = {{"alternate-exchange", std::int64_t{5}}};
  Result<bool> refused = co_await node->policies().set(*here, PolicyKind::kPolicy, "/", policy);
  EXPECT_EQ(refused.error().message, "5 is not a valid alternate exchange name");
}

TEST(NodePolicies, AnExchangesAlternateIsKnownOnTheShardThatSetIt) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  running.on(2, alternates(&running.node(), &running.shard(2)));
}

}  // namespace
}  // namespace wharf::broker
