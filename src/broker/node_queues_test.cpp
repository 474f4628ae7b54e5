// Queues of every shard, asked from every shard.
#include "broker/node_queues.hpp"

#include <gtest/gtest.h>

#include "broker/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kQueues = 9;  // so that each of three shards has some

runtime::Task<void> fill(Node* node, runtime::Shard* here, std::vector<QueueRef>* queues) {
  for (std::size_t i = 0; i < kQueues; ++i) {
    QueueDeclaration declaration{.name = fmt::format("q{}", i), .durable = true};
    Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    BatchBuilder builder(BatchOptions{});
    for (const char* body : {"one", "two", "three"}) {
      builder.append({.timestamp = Timestamp{1}, .value = as_bytes(std::string_view(body))});
    }
    std::vector<EnqueuePart> parts;
    parts.push_back({declared->queue->ref, {.batch = log::own(*builder.finish()), .messages = 3, .body_bytes = 11}});
    std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, std::move(parts));
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

}  // namespace
}  // namespace wharf::broker
