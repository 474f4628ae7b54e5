// Queues of every shard, asked from every shard.
#include "broker/node/queues.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kQueues = 9;  // so that each of three shards has some

std::vector<EnqueuePart> three_for(QueueRef queue) {
  BatchBuilder builder(BatchOptions{});
  for (const char* body : {"one", "two", "three"}) {
    builder.append({.timestamp = Timestamp{1}, .value = as_bytes(std::string_view(body))});
  }
  std::vector<EnqueuePart> parts;
  parts.push_back({queue, {.batch = log::own(*builder.finish()), .messages = 3, .body_bytes = 11}});
  return parts;
}

runtime::Task<void> fill(Node* node, runtime::Shard* here, std::vector<QueueRef>* queues) {
  for (std::size_t i = 0; i < kQueues; ++i) {
    QueueDeclaration declaration{.name = fmt::format("q{}", i), .durable = true};
    Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, three_for(declared->queue->ref));
    EXPECT_TRUE(kept.at(0));
    queues->push_back(declared->queue->ref);
  }
}

runtime::Task<void> expect_all(Node* node, runtime::Shard* here, const std::vector<QueueRef>* queues) {
  for (const QueueRef& queue : *queues) {
    Result<Browsed> first = co_await node->queues().browse(*here, queue, {.messages = 2});
    EXPECT_TRUE(first && first->messages.size() == 2 && first->next) << queue.shard.value;
    if (!first || !first->next) co_return;
    EXPECT_EQ(as_text(*first->messages[1].message.record.value), "two");
    Result<Browsed> rest = co_await node->queues().browse(*here, queue, {.from = *first->next});
    EXPECT_TRUE(rest && rest->messages.size() == 1 && !rest->next);
    Result<QueueCounts> counts = co_await node->queues().counts(*here, queue);
    EXPECT_EQ(counts->ready, 3u);
  }
}

runtime::Task<void> expect_gone(Node* node, runtime::Shard* here, QueueRef queue) {
  Result<std::uint64_t> deleted = co_await node->entities().delete_queue(*here, "/", "q0", {});
  EXPECT_TRUE(deleted);
  Result<Browsed> browsed = co_await node->queues().browse(*here, queue, {});
  EXPECT_EQ(browsed.error().code, ErrorCode::kNotFound);
}

TEST(NodeQueues, AreBrowsedFromEveryShard) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  Node* node = &running.node();
  std::vector<QueueRef> queues;
  running.on(0, fill(node, &running.shard(0), &queues));
  for (std::size_t shard = 0; shard < 3; ++shard) running.on(shard, expect_all(node, &running.shard(shard), &queues));
  running.on(1, expect_gone(node, &running.shard(1), queues.front()));
}

/// After a crash that left something in the queue's folder which cannot be removed.
void make_unreadable(runtime::FileSystem& files, QueueRef queue) {
  PartitionId messages = queue::messages_of(queue.id, 0);
  ASSERT_TRUE(files.remove("data/clean-shutdown"));
  ASSERT_TRUE(files.create_folders(std::filesystem::path("data/logs") / messages.folder() / "stuck.index.swap"));
}

runtime::Task<void> expect_refused(Node* node, runtime::Shard* here, QueueRef queue) {
  std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, three_for(queue));
  EXPECT_EQ(kept.at(0).error().code, ErrorCode::kStorage);
  Result<QueueCounts> counts = co_await node->queues().counts(*here, queue);
  EXPECT_EQ(counts.error().code, ErrorCode::kStorage);
}

// A publisher to a queue that is gone is told that all is well, as in RabbitMQ. This one is not gone.
TEST(NodeQueues, WhatCannotBeOpenedAtTheStartIsNotGone) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  std::vector<QueueRef> queues;
  {
    NodeThreads running(files, 3);
    running.on(0, fill(&running.node(), &running.shard(0), &queues));
  }
  make_unreadable(files, queues.front());
  {
    NodeThreads running(files, 3);
    for (std::size_t shard = 0; shard < 3; ++shard) {
      running.on(shard, expect_refused(&running.node(), &running.shard(shard), queues.front()));
    }
    running.on(1, expect_gone(&running.node(), &running.shard(1), queues.front()));
  }
}

/// Of one queue after the other: messages from one side, its end, should it be empty, from another.
struct Race {
  std::vector<Result<void>> kept;
  std::optional<Result<std::uint64_t>> deleted;
};

runtime::Task<void> declare_race(Node* node, runtime::Shard* here, QueueRef* queue) {
  Result<DeclaredQueue> declared =
      co_await node->entities().declare_queue(*here, "/", QueueDeclaration{.name = "race", .durable = true});
  EXPECT_TRUE(declared);
  *queue = declared->queue->ref;
}
runtime::Task<void> publish_three(Node* node, runtime::Shard* here, QueueRef queue, Race* race) {
  race->kept = co_await node->queues().enqueue(*here, three_for(queue));
}
runtime::Task<void> delete_if_empty(Node* node, runtime::Shard* here, Race* race) {
  race->deleted = co_await node->entities().delete_queue(*here, "/", "race", {.if_unused = false, .if_empty = true});
}
runtime::Task<void> nothing() {
  co_return;
}
runtime::Task<void> delete_in_any_case(Node* node, runtime::Shard* here) {
  std::ignore = co_await node->entities().delete_queue(*here, "/", "race", {});
}

TEST(NodeQueues, NoMessageThatWasTakenGoesWithAQueueThatWasToBeEmpty) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  Node* node = &running.node();
  int deleted = 0;
  for (int round = 0; round < 300; ++round) {
    QueueRef queue;
    running.on(0, declare_race(node, &running.shard(0), &queue));
    Race race;
    auto end = running.start(1, delete_if_empty(node, &running.shard(1), &race));
    if (round % 3 == 0) running.on(2, nothing());  // some later
    auto publish = running.start(2, publish_three(node, &running.shard(2), queue, &race));
    end.wait();
    publish.wait();
    ASSERT_TRUE(race.deleted && !race.kept.empty());
    EXPECT_NE(race.deleted->has_value(), race.kept.front().has_value()) << "round " << round;
    deleted += race.deleted->has_value() ? 1 : 0;
    running.on(0, delete_in_any_case(node, &running.shard(0)));
  }
  EXPECT_GT(deleted, 0);
}

}  // namespace
}  // namespace wharf::broker
