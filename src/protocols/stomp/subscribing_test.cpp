// SUBSCRIBE: whose queues it touches.
#include <algorithm>

#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class StompSubscribing : public DoorTest {};

TEST_F(StompSubscribing, ADurableSubscriptionBeginsAnewAtAnotherTopic) {
  Peer& peer = open({{"client-id", "c"}});
  peer.subscribe("1", "/topic/a", {{"activemq.subscriptionName", "n"}});
  peer.send("UNSUBSCRIBE", {{"id", "1"}, {"receipt", "left"}});
  EXPECT_EQ(peer.receipt(), "left");
  peer.subscribe("1", "/exchange/amq.fanout", {{"activemq.subscriptionName", "n"}});
  EXPECT_FALSE(is_bound("amq.topic", "stomp-durable-c@n"));
  EXPECT_TRUE(is_bound("amq.fanout", "stomp-durable-c@n"));
}

TEST_F(StompSubscribing, WhatMayNotBeReadIsNotUnbound) {
  declare_exchange("secret", "fanout");
  Peer& owner = open({{"client-id", "c"}});
  owner.subscribe("1", "/exchange/secret", {{"activemq.subscriptionName", "n"}});
  add_user("eve", ".*", ".*", "amq.*|stomp.*");
  Peer& eve = open({{"client-id", "c"}}, "eve");
  eve.send("SUBSCRIBE", {{"id", "1"}, {"destination", "/topic/a"}, {"activemq.subscriptionName", "n"}});
  EXPECT_THAT(eve.error(), HasSubstr("secret"));
  EXPECT_TRUE(is_bound("secret", "stomp-durable-c@n"));
}

TEST_F(StompSubscribing, AUserPropertyCalledLikeAHeaderOfMessageDoesNotStandBesideIt) {
  Peer& peer = open();
  peer.subscribe("1", "/queue/q");
  std::vector<std::byte> properties;
  PropertyTable table{{"content-type", "other"}, {"timestamp", "other"}, {"correlation-id", "mine"}, {"kind", "x"}};
  EXPECT_EQ(encode_properties(properties, table), TableFault::kNone);
  MessageView message{.origin = Protocol::kAmqp091,
                      .routing_key = "q",
                      .content_type = "text/plain",
                      .properties = properties,
                      .body = as_bytes("1")};
  std::vector<broker::EnqueuePart> parts;
  auto queue = node_->entities().find(shard(), "/")->queue("q");
  parts.push_back(broker::part_for(*queue, message, shard().clock().wall_now()));
  EXPECT_TRUE(simulation_.run(shard(), node_->queues().enqueue(shard(), std::move(parts))).front());
  Heard heard = peer.next("MESSAGE");
  auto times = [&](std::string_view name) {
    return std::ranges::count(heard.headers, name, [](const auto& one) { return std::string_view(one.first); });
  };
  for (std::string_view name : {"content-type", "timestamp", "correlation-id", "kind"})
    EXPECT_EQ(times(name), 1) << name;
  EXPECT_EQ(heard.header("content-type"), "text/plain");
  EXPECT_EQ(heard.header("correlation-id"), "mine") << "the message has none of its own";
}

class StompTemporaryQueues : public DoorTest {
 protected:
  /// The broker's name for the queue where its answer is awaited.
  std::string ask(Peer& asker, Peer& answerer, const std::string& queue) {
    asker.send("SEND", {{"destination", "/queue/questions"}, {"reply-to", queue}});
    return answerer.next("MESSAGE").header("reply-to");
  }
  Peer& open_answerer() {
    Peer& answerer = open();
    answerer.subscribe("questions", "/queue/questions");
    return answerer;
  }
  static void unsubscribe(Peer& peer, std::string_view id) {
    peer.send("UNSUBSCRIBE", {{"id", id}, {"receipt", "left"}});
    EXPECT_EQ(peer.receipt(), "left");
  }
};

TEST_F(StompTemporaryQueues, WhoHasUnsubscribedFromOneGetsAnswersInItAgain) {
  Peer& answerer = open_answerer();
  Peer& asker = open();
  asker.subscribe("mine", "/temp-queue/mine");
  unsubscribe(asker, "mine");
  answerer.send("SEND", {{"destination", ask(asker, answerer, "/temp-queue/mine")}}, "answer");
  Heard answer = asker.next("MESSAGE");
  EXPECT_EQ(answer.header("subscription"), "/temp-queue/mine");
  EXPECT_EQ(answer.body, "answer");
}

TEST_F(StompTemporaryQueues, OneForEachQuestionGoesWithItsUnsubscribe) {
  Peer& answerer = open_answerer();
  Peer& asker = open();
  for (int i = 0; i < 1'100; ++i) {
    const std::string mine = "/temp-queue/" + std::to_string(i);
    const std::string theirs = ask(asker, answerer, mine);
    ASSERT_THAT(theirs, StartsWith("/reply-queue/"));
    unsubscribe(asker, mine);
    EXPECT_FALSE(counts(theirs.substr(std::string_view("/reply-queue/").size())));
  }
}

TEST_F(StompTemporaryQueues, OneThatAnotherSubscriptionWaitsForStays) {
  Peer& answerer = open_answerer();
  Peer& asker = open();
  asker.subscribe("first", "/temp-queue/mine");
  asker.subscribe("second", "/temp-queue/mine");
  unsubscribe(asker, "first");
  answerer.send("SEND", {{"destination", ask(asker, answerer, "/temp-queue/mine")}}, "answer");
  EXPECT_EQ(asker.next("MESSAGE").header("subscription"), "second");
}

}  // namespace
}  // namespace wharf::stomp
