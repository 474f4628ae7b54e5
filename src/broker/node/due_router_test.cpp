// Delayed messages that cannot be sent to all the places they go to.
#include "broker/node/due_router.hpp"

#include <gtest/gtest.h>

#include "broker/node/forwarding_testing.hpp"
#include "broker/node/node_testing.hpp"
#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::DestinationKind;
using Left = std::vector<std::optional<queue::Arrivals>>;

runtime::Task<void> bind(Node* node, runtime::Shard* here, routing::Destination to) {
  Result<void> bound = co_await node->entities().bind(*here, "/", {"amq.fanout", std::move(to), "", {}});
  EXPECT_TRUE(bound);
}

runtime::Task<void> bind_queue_and_log(Node* node, runtime::Shard* here) {
  QueueDeclaration well{.name = "well", .durable = true};
  auto declared = co_await node->entities().declare_queue(*here, "/", std::move(well));
  EXPECT_TRUE(declared);
  auto made = co_await node->catalogue().create_topic(*here, {.name = "log", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  co_await bind(node, here, {DestinationKind::kQueue, "well"});
  co_await bind(node, here, {DestinationKind::kLogTopic, "log"});
}

runtime::Task<void> count(Node* node, runtime::Shard* here, std::uint64_t* ready) {
  QueueRef queue = node->entities().find(*here, "/")->queue("well")->ref;
  Result<QueueCounts> counts = co_await node->queues().counts(*here, queue);
  EXPECT_TRUE(counts);
  if (counts) *ready = counts->ready;
}

/// One by the fanout exchange, one to the queue alone.
runtime::Task<void> send_two(DueRouter* router, runtime::Shard* here, Left* left) {
  std::vector<queue::DueMessage> due;
  for (const char* exchange : {"amq.fanout", ""}) {
    MessageView message{.origin = Protocol::kAmqp091, .routing_key = "well", .body = as_bytes(std::string_view("x"))};
    queue::Delivery delivery = delivery_of(message, here->clock().wall_now());
    std::optional<queue::Arrivals> before;
    if (!left->empty()) before = left->at(due.size());
    due.push_back({.envelope = {.due = here->clock().wall_now(), .name_space = "/", .exchange = exchange},
                   .owner = delivery.owner,
                   .record = delivery.record,
                   .before = std::move(before)});
    if (!left->empty()) break;  // the other one is out
  }
  *left = co_await router->send_on(std::move(due));
}

TEST(DueRouter, AMessageIsNotSentAgainToWhereItHasArrivedAndNoOtherWithIt) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  runtime::Shard* here = &running.shard(0);
  runtime::SystemRandom random;
  runtime::Logger logger(here->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText);
  running.on(0, bind_queue_and_log(node, here));
  NoLogs no_logs;
  DueRouter cut_off(forwarding_ports(*node, *here, no_logs, random, logger));
  Left left;
  running.on(0, send_two(&cut_off, here, &left));
  ASSERT_EQ(left.size(), 2u);
  ASSERT_TRUE(left[0]);
  EXPECT_EQ(left[0]->size(), 1u);
  EXPECT_FALSE(left[1]);
  running.on(0, send_two(&cut_off, here, &left));
  ASSERT_TRUE(left.at(0));
  EXPECT_EQ(left[0]->size(), 1u);
  DueRouter router(forwarding_ports(*node, *here, node->publish(), random, logger));
  running.on(0, send_two(&router, here, &left));
  EXPECT_FALSE(left.at(0));
  std::uint64_t ready = 0;
  running.on(0, count(node, here, &ready));
  EXPECT_EQ(ready, 2u);
}

}  // namespace
}  // namespace wharf::broker
