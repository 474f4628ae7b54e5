// Sessions in a whole node: kept through restarts, taken over from shard to shard, ended in time with their queues.
#include "broker/node/sessions.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

using std::chrono::seconds;

struct Holding final : SessionHolder {
  explicit Holding(runtime::Shard& shard) : asked(shard) {}
  void taken_over() override { asked.notify(); }
  runtime::Signal asked;
};

/// One connection's way with a session.
struct Visit {
  SessionName name{"/", "sensor"};
  bool clean = false;
  SessionExpiry expiry = seconds(600);
  std::vector<SessionItem> keeps;
  AttachedSession found;
};

runtime::Task<void> begin(Node* node, runtime::Shard* here, Visit* visit, std::shared_ptr<Holding> holding) {
  SessionRequest request{.name = visit->name, .user = "u", .clean = visit->clean, .expiry = visit->expiry, .stop = {}};
  auto attached = co_await node->sessions().attach(*here, std::move(request), holding);
  EXPECT_TRUE(attached) << attached.error().message;
  if (!attached) co_return;
  visit->found = *attached;
  Result<void> kept = co_await node->sessions().keep(*here, visit->found.ref, visit->keeps);
  EXPECT_TRUE(kept);
}

runtime::Task<void> come_and_go(Node* node, runtime::Shard* here, Visit* visit) {
  co_await begin(node, here, visit, std::make_shared<Holding>(*here));
  co_await node->sessions().detach(*here, visit->found.ref, visit->expiry);
}

runtime::Task<void> hold_until_asked(Node* node, runtime::Shard* here, Visit* visit, std::promise<void>* held) {
  auto holding = std::make_shared<Holding>(*here);
  co_await begin(node, here, visit, holding);
  held->set_value();
  co_await holding->asked.wait();
  Result<void> kept = co_await node->sessions().keep(*here, visit->found.ref, {{"last", "words"}});
  EXPECT_TRUE(kept);
  co_await node->sessions().detach(*here, visit->found.ref, visit->expiry);
}

TEST(NodeSessions, WhatTheyKeepIsThereAfterARestartWithAnotherNumberOfShards) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  {
    NodeThreads running(files, 2);
    Visit first{.keeps = {{"a", "1"}, {"b", "2"}}}, second{.keeps = {{"a", std::nullopt}, {"c", ""}}};
    running.on(0, come_and_go(&running.node(), &running.shard(0), &first));
    running.on(1, come_and_go(&running.node(), &running.shard(1), &second));
    EXPECT_FALSE(first.found.resumed);
    EXPECT_TRUE(second.found.resumed);
    EXPECT_EQ(second.found.items, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  }
  NodeThreads running(files, 3);
  Visit again;
  running.on(2, come_and_go(&running.node(), &running.shard(2), &again));
  EXPECT_TRUE(again.found.resumed);
  EXPECT_EQ(again.found.items, (std::map<std::string, std::string>{{"b", "2"}, {"c", ""}}));
}

TEST(NodeSessions, WhoComesForOneThatIsHeldWaitsUntilItsHolderHasLeft) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  for (SessionExpiry expiry : {SessionExpiry(seconds(600)), SessionExpiry(seconds(0))}) {
    Visit first{.expiry = expiry}, second{.expiry = expiry};
    std::promise<void> held;
    auto holder = running.start(0, hold_until_asked(&running.node(), &running.shard(0), &first, &held));
    held.get_future().wait();
    running.on(1, come_and_go(&running.node(), &running.shard(1), &second));
    holder.wait();
    bool outlives = expiry->count() > 0;
    EXPECT_EQ(second.found.resumed, outlives);
    EXPECT_EQ(second.found.items.contains("last"), outlives);
  }
}

runtime::Task<void> declare(Node* node, runtime::Shard* here) {
  auto made = co_await node->entities().declare_queue(
      *here, "/", {.name = "of-session", .durable = true, .arguments = {}, .settings = {}});
  EXPECT_TRUE(made);
}

TEST(NodeSessions, ACleanStartEndsWhatThereWasWithItsQueue) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  running.on(0, declare(&running.node(), &running.shard(0)));
  Visit first{.keeps = {{"queue/of-session", ""}}}, clean{.clean = true, .expiry = seconds(0)}, again;
  running.on(0, come_and_go(&running.node(), &running.shard(0), &first));
  running.on(1, come_and_go(&running.node(), &running.shard(1), &clean));
  EXPECT_FALSE(clean.found.resumed);
  bool is_there = true;
  auto look = [](Node* node, runtime::Shard* here, bool* there) -> runtime::Task<void> {
    *there = node->entities().find(*here, "/")->queue("of-session") != nullptr;
    co_return;
  };
  running.on(0, look(&running.node(), &running.shard(0), &is_there));
  EXPECT_FALSE(is_there);
  running.on(0, come_and_go(&running.node(), &running.shard(0), &again));
  EXPECT_FALSE(again.found.resumed);
  EXPECT_TRUE(again.found.items.empty());
}

TEST(NodeSessions, ThoseOfADeletedNamespaceAreNotThereInTheNextOneOfItsName) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  running.on(0, create_namespace(&running.node(), &running.shard(0), "v"));
  Visit left{.name = {"v", "left"}, .keeps = {{"a", "1"}}}, held{.name = {"v", "held"}, .keeps = {{"b", "2"}}};
  Visit elsewhere{.name = {"/", "left"}, .keeps = {{"c", "3"}}};
  running.on(0, come_and_go(&running.node(), &running.shard(0), &left));
  running.on(0, come_and_go(&running.node(), &running.shard(0), &elsewhere));
  std::promise<void> is_held;
  auto holder = running.start(0, hold_until_asked(&running.node(), &running.shard(0), &held, &is_held));
  is_held.get_future().wait();
  running.on(1, delete_namespace(&running.node(), &running.shard(1), "v"));
  running.on(1, create_namespace(&running.node(), &running.shard(1), "v"));
  for (Visit* old : {&left, &held}) {
    Visit next{.name = old->name};
    running.on(1, come_and_go(&running.node(), &running.shard(1), &next));
    EXPECT_FALSE(next.found.resumed) << old->name.client;
    EXPECT_TRUE(next.found.items.empty()) << old->name.client;
  }
  holder.wait();
  running.on(1, come_and_go(&running.node(), &running.shard(1), &elsewhere));
  EXPECT_TRUE(elsewhere.found.resumed);
}

TEST(NodeSessions, OneWhoseTimeIsOverWhileTheNodeIsDownIsGone) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  Visit brief{.expiry = seconds(1), .keeps = {{"a", "1"}}}, lasting{.name = {"/", "other"}, .expiry = std::nullopt};
  Timestamp left;
  {
    NodeThreads running(files, 1);
    running.on(0, come_and_go(&running.node(), &running.shard(0), &brief));
    running.on(0, come_and_go(&running.node(), &running.shard(0), &lasting));
    left = running.shard(0).clock().wall_now();
  }
  NodeThreads running(files, 1);
  auto until_over = [](runtime::Shard* here, Timestamp since) -> runtime::Task<void> {
    runtime::Signal never(*here);
    Nanoseconds wait = Milliseconds(since.ms + 1'100 - here->clock().wall_now().ms);
    std::ignore = co_await never.wait_until(here->now() + wait);
  };
  running.on(0, until_over(&running.shard(0), left));
  Visit late{.expiry = seconds(1)}, found{.name = {"/", "other"}, .expiry = std::nullopt};
  running.on(0, come_and_go(&running.node(), &running.shard(0), &late));
  running.on(0, come_and_go(&running.node(), &running.shard(0), &found));
  EXPECT_FALSE(late.found.resumed);
  EXPECT_TRUE(found.found.resumed);
}

}  // namespace
}  // namespace wharf::broker
