// Requests and their direct replies through the door.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::StartsWith;

constexpr const char* kPseudoQueue = "amq.rabbitmq.reply-to";

class AmqpDirectReplies : public DoorTest {
 protected:
  explicit AmqpDirectReplies(DoorLimits limits = {}) : DoorTest(limits) {}

  /// With channel 1, which consumes replies as "t".
  Peer& requester() {
    Peer& peer = open();
    peer.send(BasicConsume{.queue = kPseudoQueue, .consumer_tag = "t", .no_ack = true});
    EXPECT_EQ(peer.next<BasicConsumeOk>().consumer_tag, "t");
    return peer;
  }
  /// The reply-to that `peer`'s requests arrive with.
  std::string address_of(Peer& peer) {
    peer.send(QueueDeclare{.queue = "requests"});
    peer.next<QueueDeclareOk>();
    peer.publish("", "requests", "?", {.reply_to = kPseudoQueue});
    peer.send(BasicGet{.queue = "requests", .no_ack = true});
    peer.next<BasicGetOk>();
    return peer.content().properties.reply_to.value_or("none");
  }
};

TEST_F(AmqpDirectReplies, AnAnswerReachesWhoeverAskedWithAllItsProperties) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  EXPECT_THAT(address, StartsWith("amq.rabbitmq.reply-to."));
  Peer& server = open();
  BasicProperties properties{.headers = PropertyTable{{"a", std::int64_t{1}}}, .correlation_id = "7", .reply_to = "r"};
  server.publish("", address, "!", properties);
  BasicDeliver delivered = peer.next<BasicDeliver>();
  EXPECT_EQ(delivered.consumer_tag, "t");
  EXPECT_EQ(delivered.exchange, "");
  EXPECT_EQ(delivered.routing_key, address);
  EXPECT_FALSE(delivered.redelivered);
  SeenMessage seen = peer.content();
  EXPECT_EQ(seen.body, "!");
  EXPECT_EQ(seen.properties, properties);
  EXPECT_EQ(counts("requests").ready, 0u);
}

TEST_F(AmqpDirectReplies, AnswersAreConfirmedAtOnceAndArriveInOrder) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  Peer& server = open();
  server.add(ConfirmSelect{.nowait = true});
  for (const char* body : {"1", "2", "3"}) server.add_publish("", address, body);
  server.send_written();
  while (server.next<BasicAck>().delivery_tag < 3) {
  }
  for (const char* body : {"1", "2", "3"}) EXPECT_EQ(peer.delivery().second, body);
}

TEST_F(AmqpDirectReplies, ACopyMayBeAnAnswerToo) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  peer.publish("", "nowhere", "!", {.headers = PropertyTable{{"CC", PropertyList{address, address}}}});
  EXPECT_EQ(peer.delivery().second, "!");
  EXPECT_TRUE(peer.silent());
}

TEST_F(AmqpDirectReplies, OnlyTheDefaultExchangeLeadsToThem) {
  Peer& peer = requester();
  peer.publish("amq.direct", address_of(peer), "!");
  EXPECT_TRUE(peer.silent());
}

TEST_F(AmqpDirectReplies, AMandatoryAnswerIsReturnedAlthoughItIsDelivered) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  Peer& server = open();
  server.publish("", address, "!", {}, true);
  EXPECT_EQ(server.next<BasicReturn>().reply_text, "NO_ROUTE");
  EXPECT_EQ(server.content().body, "!");
  EXPECT_EQ(peer.delivery().second, "!");
}

TEST_F(AmqpDirectReplies, WhatIsForNobodyIsDroppedOrReturned) {
  Peer& peer = open();
  for (const char* key : {"amq.rabbitmq.reply-to", "amq.rabbitmq.reply-to.", "amq.rabbitmq.reply-to.0-1.guess"}) {
    peer.publish("", key, "dropped");
    peer.publish("", key, "back", {}, true);
    EXPECT_EQ(peer.next<BasicReturn>().reply_text, "NO_ROUTE");
    EXPECT_EQ(peer.content().body, "back");
  }
}

TEST_F(AmqpDirectReplies, NoChannelButItsOwnWaitsAtAnAddressAndNoLongerThanItConsumes) {
  Peer& peer = requester();
  std::string first = address_of(peer);
  peer.send(BasicCancel{.consumer_tag = "t"});
  peer.next<BasicCancelOk>();
  peer.send(BasicConsume{.queue = kPseudoQueue, .no_ack = true});
  EXPECT_THAT(peer.next<BasicConsumeOk>().consumer_tag, StartsWith("amq.ctag-"));
  std::string second = address_of(peer);
  EXPECT_NE(first, second);
  Peer& server = open();
  auto is_there = [&](const std::string& address) {
    server.send(QueueDeclare{.queue = address, .passive = true});
    if (Heard next = server.next_frame(); *peek_method_id(next.payload) == QueueDeclareOk::kMethod.id) return true;
    server.send(ChannelCloseOk{});
    server.open_channel(1);
    return false;
  };
  EXPECT_FALSE(is_there(first));
  EXPECT_TRUE(is_there(second));
  peer.send(ChannelClose{});
  peer.next<ChannelCloseOk>();
  EXPECT_FALSE(is_there(second));
  EXPECT_TRUE(is_there(kPseudoQueue));
  EXPECT_FALSE(is_there("amq.rabbitmq.reply-to.0-1"));
  EXPECT_FALSE(is_there("amq.rabbitmq.reply-toes"));
}

TEST_F(AmqpDirectReplies, AConnectionThatLeavesWaitsNoMore) {
  requester();
  Peer& dropped = requester();
  EXPECT_EQ(replies_.open_count(), 2u);
  for (auto& peer : peers_) peer->leave();
  EXPECT_TRUE(dropped.until([this] { return replies_.open_count() == 0; }));
}

TEST_F(AmqpDirectReplies, AnAddressIsToldAsAQueueWithOneConsumer) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  peer.send(QueueDeclare{.queue = address, .passive = true});
  QueueDeclareOk declared = peer.next<QueueDeclareOk>();
  EXPECT_EQ(declared.queue, address);
  EXPECT_EQ(declared.consumer_count, 1u);
  peer.send(QueueDeclare{.queue = "amq.rabbitmq.reply-to.gone", .passive = true});
  EXPECT_EQ(peer.channel_close(), "404 NOT_FOUND - no queue 'amq.rabbitmq.reply-to.gone' in vhost '/'");
}

TEST_F(AmqpDirectReplies, RefusalsAreRabbitmqs) {
  Peer& peer = open();
  peer.send(BasicConsume{.queue = kPseudoQueue});
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - reply consumer cannot acknowledge");
  peer.open_channel(1);
  peer.publish("", "nowhere", "?", {.reply_to = kPseudoQueue});
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - fast reply consumer does not exist");
  peer.open_channel(1);
  peer.send(TxSelect{});
  peer.next<TxSelectOk>();
  peer.publish("", "nowhere", "?", {.reply_to = kPseudoQueue});
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - fast reply consumer does not exist");
  Peer& waiting = requester();
  waiting.send(BasicConsume{.queue = kPseudoQueue, .no_ack = true});
  EXPECT_EQ(waiting.channel_close(), "406 PRECONDITION_FAILED - reply consumer already set");
  waiting.open_channel(1);
  waiting.send(QueuePurge{.queue = kPseudoQueue});
  EXPECT_EQ(waiting.channel_close(), "404 NOT_FOUND - no queue 'amq.rabbitmq.reply-to' in vhost '/'");
  Peer& twice = requester();
  twice.send(BasicConsume{.queue = kPseudoQueue, .consumer_tag = "t", .no_ack = true});
  EXPECT_EQ(twice.connection_close(), "530 NOT_ALLOWED - attempt to reuse consumer tag 't'");
}

TEST_F(AmqpDirectReplies, InATransactionBothCountAtItsCommit) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  peer.send(TxSelect{});
  peer.next<TxSelectOk>();
  peer.publish("", address, "!", {.reply_to = kPseudoQueue});
  EXPECT_TRUE(peer.silent());
  peer.send(TxCommit{});
  peer.next<TxCommitOk>();
  peer.next<BasicDeliver>();
  EXPECT_EQ(peer.content().properties.reply_to, address);
}

class AmqpDirectRepliesUnread : public AmqpDirectReplies {
 protected:
  AmqpDirectRepliesUnread() : AmqpDirectReplies({.unsent_reply_bytes = 50'000}) {}
};

TEST_F(AmqpDirectRepliesUnread, WhatAClientDoesNotReadIsKeptToALimit) {
  Peer& peer = requester();
  std::string address = address_of(peer);
  auto body = std::make_shared<const std::string>(20'000, 'x');
  queue::Delivery message{.owner = body};
  message.record.value = as_bytes(*body);
  std::vector<broker::Reply> replies(10, {address.substr(std::string_view(kPseudoQueue).size() + 1), message});
  replies_.send(machine_.shard(), replies);
  int arrived = 0;
  simulation_.run_for(std::chrono::seconds(2));
  while (!peer.heard.empty()) {
    arrived += peer.next_frame().type == FrameType::kHeader ? 1 : 0;
  }
  EXPECT_EQ(arrived, 3) << "until the limit was passed";
  peer.publish("", address, "goes on");
  EXPECT_EQ(peer.delivery().second, "goes on");
}

}  // namespace
}  // namespace wharf::amqp091
