// Retained messages in a whole node: the last of each topic, by pages, through a restart.
#include "broker/node/retained.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "broker/outgoing.hpp"
#include "model/message.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

/// As a door publishes: routed by amq.topic, kept besides.
runtime::Task<void> publish(Node* node, runtime::Shard* here, std::vector<std::pair<std::string, std::string>> messages,
                            std::string name_space = "/") {
  Result<void> open = co_await node->retained().open(*here);
  EXPECT_TRUE(open);
  Outgoing outgoing(*here, node->catalogue());
  for (const auto& [key, body] : messages) {
    MessageView message{.origin = Protocol::kMqtt,
                        .exchange = "amq.topic",
                        .routing_key = key,
                        .mqtt_flags = kMqttRetain,
                        .body = as_bytes(body)};
    outgoing.add(*node->entities().find(*here, name_space), {},
                 {.name_space = name_space, .extra_keys = {}, .message = message}, here->clock().wall_now());
  }
  OutgoingPorts to{node->entities(), node->queues(),  node->histories(),
                   node->delays(),   node->publish(), node->catalogue()};
  auto outcomes = co_await send(*here, to, outgoing.take().parts);
  for (const Result<void>& one : outcomes) EXPECT_TRUE(one);
}

runtime::Task<void> find_all(Node* node, runtime::Shard* here, RetainedQuery query,
                             std::map<std::string, std::string>* found) {
  std::optional<RetainedPlace> place = RetainedPlace{};
  while (place) {
    query.from = *place;
    auto page = co_await node->retained().find(*here, query);
    EXPECT_TRUE(page);
    if (!page) co_return;
    EXPECT_LE(page->messages.size(), query.most);
    for (const RetainedMessage& one : page->messages) {
      bool is_new = found->emplace(one.routing_key, as_text(one.record.value.value_or(ByteView()))).second;
      EXPECT_TRUE(is_new) << one.routing_key;
    }
    place = page->next;
  }
}

RetainedQuery everything(std::string name_space = "/") {
  return {.name_space = std::move(name_space),
          .prefix = "",
          .matches = [](std::string_view) { return true; },
          .below = {},
          .from = {},
          .most = 7};
}

TEST(NodeRetained, TheLastOfEachTopicIsFoundByPagesThroughARestart) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  std::map<std::string, std::string> wanted;
  {
    NodeThreads running(files, 2);
    std::vector<std::pair<std::string, std::string>> first, second;
    for (int i = 0; i < 300; ++i) first.emplace_back("a." + std::to_string(i), "old");
    for (int i = 0; i < 300; i += 2) second.emplace_back("a." + std::to_string(i), i % 4 == 0 ? "new" : "");
    running.on(0, publish(&running.node(), &running.shard(0), first));
    running.on(1, publish(&running.node(), &running.shard(1), second));
    for (const auto& [key, body] : first) wanted[key] = body;
    for (const auto& [key, body] : second) body.empty() ? void(wanted.erase(key)) : void(wanted[key] = body);
    std::map<std::string, std::string> found;
    running.on(1, find_all(&running.node(), &running.shard(1), everything(), &found));
    EXPECT_EQ(found, wanted);
  }
  NodeThreads running(files, 3);
  std::map<std::string, std::string> found, other, some;
  running.on(2, find_all(&running.node(), &running.shard(2), everything(), &found));
  EXPECT_EQ(found, wanted);
  RetainedQuery elsewhere = everything();
  elsewhere.name_space = "other";
  running.on(0, find_all(&running.node(), &running.shard(0), elsewhere, &other));
  EXPECT_TRUE(other.empty());
  RetainedQuery one = everything();
  one.prefix = "a.29";
  one.matches = [](std::string_view key) { return key == "a.29" || key == "a.299"; };
  running.on(0, find_all(&running.node(), &running.shard(0), one, &some));
  EXPECT_EQ(some, (std::map<std::string, std::string>{{"a.29", "old"}, {"a.299", "old"}}));
}

TEST(NodeRetained, WhatADeletedNamespaceKeptIsNotInTheNextOneOfItsName) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  running.on(0, create_namespace(&running.node(), &running.shard(0), "v"));
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 5'000; ++i) many.emplace_back("a." + std::to_string(i), "x");
  running.on(0, publish(&running.node(), &running.shard(0), many, "v"));
  running.on(0, publish(&running.node(), &running.shard(0), {{"a.1", "stays"}}));
  running.on(1, delete_namespace(&running.node(), &running.shard(1), "v"));
  running.on(1, create_namespace(&running.node(), &running.shard(1), "v"));
  std::map<std::string, std::string> found, other;
  running.on(1, find_all(&running.node(), &running.shard(1), everything("v"), &found));
  running.on(1, find_all(&running.node(), &running.shard(1), everything(), &other));
  EXPECT_TRUE(found.empty());
  EXPECT_EQ(other, (std::map<std::string, std::string>{{"a.1", "stays"}}));
}

}  // namespace
}  // namespace wharf::broker
