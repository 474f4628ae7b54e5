// Exchanges that remember, over real shards.
#include "broker/node/histories.hpp"

#include <gmock/gmock.h>

#include "broker/node/node_testing.hpp"
#include "broker/routed_message.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::Binding;
using routing::DestinationKind;
using testing::ElementsAre;
using testing::IsEmpty;

class NodeHistoriesTest : public testing::Test {
 protected:
  runtime::Shard* shard(std::size_t index) { return &running_.shard(index); }

  static runtime::Task<void> declare(Node* node, runtime::Shard* here, routing::Exchange exchange) {
    Result<bool> made = co_await node->entities().declare_exchange(*here, "/", std::move(exchange));
    EXPECT_TRUE(made && *made);
  }
  static runtime::Task<void> remove(Node* node, runtime::Shard* here, std::string exchange) {
    Result<void> gone = co_await node->entities().delete_exchange(*here, "/", std::move(exchange), false);
    EXPECT_TRUE(gone);
  }
  static runtime::Task<void> publish(Node* node, runtime::Shard* here, std::string exchange, std::string body) {
    MessageView message{
        .origin = Protocol::kAmqp091, .exchange = exchange, .routing_key = "key", .body = as_bytes(body)};
    std::vector<HistoryEntry> entries{{"/", exchange, 3, delivery_of(message, here->clock().wall_now())}};
    node->histories().remember(*here, std::move(entries));
    co_return;
  }
  static runtime::Task<void> bind(Node* node, runtime::Shard* here, Binding binding) {
    if (binding.destination.kind == DestinationKind::kQueue) {
      QueueDeclaration queue;
      queue.name = binding.destination.name;
      Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(queue));
      EXPECT_TRUE(declared);
    }
    Result<void> bound = co_await node->entities().bind(*here, "/", std::move(binding));
    EXPECT_TRUE(bound) << bound.error().message;
  }
  static runtime::Task<void> drain(Node* node, runtime::Shard* here, std::string name, std::vector<std::string>* into) {
    std::shared_ptr<const QueueInfo> queue = node->entities().find(*here, "/")->queue(name);
    queue::ConsumerId getter = node->queues().new_consumer_id(*here);
    while (true) {
      Result<std::optional<Got>> got = co_await node->queues().get(*here, queue->ref, getter, true);
      EXPECT_TRUE(got);
      if (!got || !*got) co_return;
      Result<MessageView> message = message_of((*got)->delivery.record);
      EXPECT_TRUE(message);
      EXPECT_EQ(message->routing_key, "key");
      into->emplace_back(as_text(message->body));
    }
  }

  void bound(std::size_t index, std::string source, DestinationKind kind, std::string name, std::string key = "") {
    running_.on(index,
                bind(&running_.node(), shard(index), {std::move(source), {kind, std::move(name)}, std::move(key), {}}));
  }
  std::vector<std::string> bodies(std::size_t index, std::string queue) {
    std::vector<std::string> bodies;
    running_.on(index, drain(&running_.node(), shard(index), std::move(queue), &bodies));
    return bodies;
  }

  runtime::MemoryFileSystem files_{std::uint64_t{1} << 30};
  NodeThreads running_{files_, 3};
  Node* node_ = &running_.node();
  routing::Exchange history_{.name = "h", .type = "x-recent-history", .arguments = {}};
};

TEST_F(NodeHistoriesTest, AQueueThatIsBoundLaterGetsTheLastMessagesWhereverTheyCameIn) {
  running_.on(0, declare(node_, shard(0), history_));
  for (std::size_t i : {0u, 1u, 2u, 1u, 0u}) running_.on(i, publish(node_, shard(i), "h", fmt::format("from {}", i)));
  bound(1, "h", DestinationKind::kQueue, "q");
  EXPECT_THAT(bodies(2, "q"), ElementsAre("from 2", "from 1", "from 0"));
  bound(2, "h", DestinationKind::kQueue, "q");
  EXPECT_THAT(bodies(0, "q"), IsEmpty()) << "the same binding once more";
  bound(2, "h", DestinationKind::kQueue, "q", "another key");
  EXPECT_EQ(bodies(0, "q").size(), 3u);
}

TEST_F(NodeHistoriesTest, AnExchangeThatIsBoundLaterPassesThemOn) {
  running_.on(0, declare(node_, shard(0), history_));
  running_.on(1, publish(node_, shard(1), "h", "1"));
  running_.on(1, publish(node_, shard(1), "h", "2"));
  running_.on(0, declare(node_, shard(0), {.name = "topic", .type = "topic", .arguments = {}}));
  bound(0, "topic", DestinationKind::kQueue, "wants it", "key");
  bound(0, "topic", DestinationKind::kQueue, "does not", "other");
  bound(2, "h", DestinationKind::kExchange, "topic");
  EXPECT_THAT(bodies(1, "wants it"), ElementsAre("1", "2"));
  EXPECT_THAT(bodies(1, "does not"), IsEmpty());
}

TEST_F(NodeHistoriesTest, AnExchangeThatGoesTakesItsHistoryAlong) {
  running_.on(0, declare(node_, shard(0), history_));
  running_.on(1, publish(node_, shard(1), "h", "1"));
  running_.on(2, remove(node_, shard(2), "h"));
  running_.on(0, declare(node_, shard(0), history_));
  bound(1, "h", DestinationKind::kQueue, "q");
  EXPECT_THAT(bodies(2, "q"), IsEmpty());
}

}  // namespace
}  // namespace wharf::broker
