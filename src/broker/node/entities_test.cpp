// The namespaces in a whole node: on real shards, since they are on all of them, and through restarts.
#include "broker/node/entities.hpp"

#include <future>

#include <gtest/gtest.h>

#include "broker/node/kept_topic.hpp"
#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::Binding;
using routing::DestinationKind;

QueueDeclaration queue(std::string name, bool durable) {
  QueueDeclaration declaration;
  declaration.name = std::move(name);
  declaration.durable = durable;
  return declaration;
}

runtime::Task<void> one_client(Entities* entities, runtime::Shard* here, std::uint64_t number) {
  ConnectionId connection(number);
  for (int i = 0; i < 50; ++i) {
    QueueDeclaration reply = queue(fmt::format("reply-{}-{}", number, i), false);
    reply.exclusive = connection;
    Result<DeclaredQueue> declared = co_await entities->declare_queue(*here, "/", std::move(reply));
    EXPECT_TRUE(declared && declared->created);
    EXPECT_EQ(entities->find(*here, "/")->queue(declared->queue->name), declared->queue);
    Binding binding{"amq.topic", {DestinationKind::kQueue, declared->queue->name}, "key", {}};
    Result<void> bound = co_await entities->bind(*here, "/", std::move(binding));
    EXPECT_TRUE(bound);
    if (i % 10 == 0) {
      Result<DeclaredQueue> shared =
          co_await entities->declare_queue(*here, "/", queue(fmt::format("shared-{}", i), true));
      EXPECT_TRUE(shared);
    }
    if (i % 2 == 0) continue;
    Result<std::uint64_t> deleted = co_await entities->delete_queue(*here, "/", declared->queue->name, {});
    EXPECT_TRUE(deleted);
  }
  co_await entities->delete_exclusive(*here, connection);
}

runtime::Task<void> count_queues(Entities* entities, runtime::Shard* here, std::size_t* into) {
  std::optional<NamespaceView> view = entities->find(*here, "/");
  for (const auto& one : *view->queues) *into += one ? 1 : 0;
  EXPECT_TRUE(view->routes->bindings_from("amq.topic").empty());
  co_return;
}

TEST(NodeEntities, ClientsOnAllShardsAtOnceLeaveTheSameOnEachAndAfterARestartToo) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  for (std::size_t shards : {3u, 2u}) {
    NodeThreads running(files, shards);
    if (shards == 3) {
      std::vector<std::future<void>> clients;
      for (std::size_t i = 0; i < 6; ++i) {
        runtime::Shard* here = &running.shard(i % shards);
        clients.push_back(running.start(i % shards, one_client(&running.node().entities(), here, i + 1)));
      }
      for (std::future<void>& one : clients) one.wait();
    }
    for (std::size_t i = 0; i < shards; ++i) {
      std::size_t queues = 0;
      running.on(i, count_queues(&running.node().entities(), &running.shard(i), &queues));
      EXPECT_EQ(queues, 5u) << "on shard " << i << " of " << shards;
    }
  }
}

runtime::Task<void> declare_jobs(Node* node, runtime::Shard* here, bool* created) {
  Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", queue("jobs", true));
  EXPECT_TRUE(declared);
  *created = declared && declared->created;
}

TEST(NodeEntities, WhatIsDeclaredIsThereAfterARestartWhateverTheNumberOfShards) {
  for (std::size_t shards = 1; shards <= 8; ++shards) {
    runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
    for (int start = 0; start < 3; ++start) {
      NodeThreads running(files, shards);
      bool created = false;
      running.on(0, declare_jobs(&running.node(), &running.shard(0), &created));
      EXPECT_EQ(created, start == 0) << "at start " << start << " with " << shards << " shards";
    }
  }
}

runtime::Task<void> topics(Node* node, runtime::Shard* here) {
  auto made = co_await node->catalogue().create_topic(*here, {.name = "orders", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  Binding binding{"amq.topic", {DestinationKind::kLogTopic, "orders"}, "order.#", {}};
  Result<void> bound = co_await node->entities().bind(*here, "/", binding);
  EXPECT_TRUE(bound) << bound.error().message;
  binding.destination.name = "__consumer_offsets";
  Result<void> internal = co_await node->entities().bind(*here, "/", binding);
  EXPECT_FALSE(internal);
  Result<void> removed = co_await node->catalogue().remove_topic(*here, (*made)->id);
  EXPECT_TRUE(removed);
  EXPECT_TRUE(node->entities().find(*here, "/")->routes->bindings_from("amq.topic").empty());
}

TEST(NodeEntities, ATopicIsADestinationAsSoonAsItIsThere) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  running.on(2, topics(&running.node(), &running.shard(2)));
}

runtime::Task<void> make_stream(Node* node, runtime::Shard* here, PartitionId* into) {
  Result<void> namespace_made = co_await node->entities().create_namespace(*here, "shop");
  EXPECT_TRUE(namespace_made);
  auto nowhere = co_await node->catalogue().create_topic(*here, {.name = "s", .partitions = 1, .name_space = "bank"});
  EXPECT_EQ(nowhere.error().message, "vhost 'bank' not found");
  auto made = co_await node->catalogue().create_topic(*here, {.name = "s", .partitions = 1, .name_space = "shop"});
  EXPECT_TRUE(made);
  EXPECT_TRUE(node->entities().find(*here, "shop")->routes->find(DestinationKind::kLogTopic, "s"));
  EXPECT_FALSE(node->entities().find(*here, "/")->routes->find(DestinationKind::kLogTopic, "s"));
  *into = (*made)->partition(0);
  std::vector<KeptValue> values{{"key", "value"}};
  Result<void> written = co_await write_kept(*here, &node->publish(), *into, std::move(values));
  EXPECT_TRUE(written);
}

/// Whether its log is counted to the data folder.
runtime::Task<void> look_for(Node* node, runtime::Shard* here, PartitionId partition, bool* into) {
  Result<DataFolderUse> use = co_await node->operate().data_folder(*here);
  EXPECT_TRUE(use);
  *into = std::ranges::count(use->partitions, partition, &PartitionSize::partition) == 1;
}

TEST(NodeEntities, ANamespaceTakesTheLogsOfItsTopicsAlong) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  PartitionId stream;
  auto folder = [&] { return std::filesystem::path("data/logs") / stream.folder(); };
  auto is_counted = [&](NodeThreads& running) {
    bool is_there = false;
    running.on(0, look_for(&running.node(), &running.shard(0), stream, &is_there));
    return is_there;
  };
  {
    NodeThreads running(files, 3);
    running.on(2, make_stream(&running.node(), &running.shard(2), &stream));
    EXPECT_TRUE(is_counted(running));
  }
  {
    NodeThreads running(files, 2);
    EXPECT_TRUE(is_counted(running));
    EXPECT_TRUE(*files.exists(folder()));
    running.on(1, delete_namespace(&running.node(), &running.shard(1), "shop"));
    EXPECT_FALSE(is_counted(running));
  }
  NodeThreads running(files, 2);
  EXPECT_FALSE(is_counted(running));
  EXPECT_FALSE(*files.exists(folder()));
  EXPECT_TRUE(running.log().with("belong to no topic").empty());
}

}  // namespace
}  // namespace wharf::broker
