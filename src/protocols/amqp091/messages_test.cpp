// Messages through the door: publishing, confirms, deliveries, settlements, transactions.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class AmqpMessages : public DoorTest {
 protected:
  /// With channel 1 and the queue "q".
  Peer& with_queue() {
    Peer& peer = open();
    peer.send(QueueDeclare{.queue = "q", .durable = true});
    peer.next<QueueDeclareOk>();
    return peer;
  }
  Peer& consuming(BasicConsume consume = {.queue = "q", .consumer_tag = "t"}, BasicQos qos = {}) {
    Peer& peer = with_queue();
    peer.add(qos).send(consume);
    peer.next<BasicQosOk>();
    peer.next<BasicConsumeOk>();
    return peer;
  }
  using DoorTest::counts;
  broker::QueueCounts counts() { return counts("q"); }
};

TEST_F(AmqpMessages, AllPropertiesAndAnyBodyComeOutAsTheyCameIn) {
  Peer& peer = with_queue();
  BasicProperties all{.content_type = "text/plain",
                      .content_encoding = "gzip",
                      .headers = PropertyTable{{"a", std::int64_t{5}}, {"list", PropertyList{Null{}, true}}},
                      .delivery_mode = 2,
                      .priority = 3,
                      .correlation_id = "c",
                      .reply_to = "r",
                      .expiration = "60000",
                      .message_id = "m",
                      .timestamp = EpochSeconds{1'700'000'000},
                      .type = "t",
                      .user_id = "guest",
                      .app_id = "app",
                      .cluster_id = "cl"};
  for (std::size_t size : {0u, 1u, 5'000u, 400'000u}) {
    std::string body(size, 'b');
    peer.publish("", "q", body, all);
    peer.send(BasicGet{.queue = "q", .no_ack = true});
    BasicGetOk got = peer.next<BasicGetOk>();
    EXPECT_EQ(got.routing_key, "q");
    EXPECT_EQ(got.exchange, "");
    SeenMessage seen = peer.content();
    EXPECT_EQ(seen.properties, all);
    EXPECT_EQ(seen.body, body);
  }
}

TEST_F(AmqpMessages, WhatPassesAnExchangeOfRecentHistoryIsHandedOnToBeRemembered) {
  Peer& peer = with_queue();
  peer.send(ExchangeDeclare{
      .exchange = "h", .type = "x-recent-history", .arguments = {{"x-recent-history-length", std::int64_t{3}}}});
  peer.next<ExchangeDeclareOk>();
  peer.send(QueueBind{.queue = "q", .exchange = "h"});
  peer.next<QueueBindOk>();
  peer.publish("h", "k", "1");
  peer.publish("h", "k", "not", {.headers = PropertyTable{{"x-recent-history-no-store", true}}});
  EXPECT_TRUE(peer.until([&] { return counts().ready == 2; }));
  ASSERT_THAT(histories_.remembered, SizeIs(1));
  ASSERT_THAT(histories_.remembered[0], SizeIs(1));
  const broker::HistoryEntry& entry = histories_.remembered[0][0];
  EXPECT_EQ(entry.name_space, "/");
  EXPECT_EQ(entry.exchange, "h");
  EXPECT_EQ(entry.most, 3u);
  EXPECT_EQ(as_text(message_of(entry.message.record)->body), "1");
}

TEST_F(AmqpMessages, AReturnComesBeforeItsConfirmAndAnUnroutableMessageIsConfirmedAtOnce) {
  Peer& peer = with_queue();
  queues_.hold_answers = true;
  peer.add(ConfirmSelect{.nowait = true}).add_publish("", "q", "1").add_publish("", "nowhere", "2", {}, true);
  peer.add_publish("", "nowhere", "3").send_written();
  BasicReturn returned = peer.next<BasicReturn>();
  EXPECT_EQ(returned.reply_code, 312);
  EXPECT_EQ(returned.reply_text, "NO_ROUTE");
  EXPECT_EQ(returned.routing_key, "nowhere");
  EXPECT_EQ(peer.content().body, "2");
  EXPECT_EQ(peer.next<BasicAck>(), (BasicAck{2, false}));
  EXPECT_EQ(peer.next<BasicAck>(), (BasicAck{3, false}));
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  EXPECT_EQ(peer.next<BasicAck>(), (BasicAck{1, false}));
}

TEST_F(AmqpMessages, WhoeverLooksIntoAQueueSeesWhatTheChannelHasPublishedBefore) {
  Peer& peer = with_queue();
  queues_.hold_answers = true;
  peer.add_publish("", "q", "1").send(QueueDeclare{.queue = "q", .passive = true});
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  EXPECT_EQ(peer.next<QueueDeclareOk>().message_count, 1u);
}

TEST_F(AmqpMessages, ARefusedMessageIsNackedAndOneWhoseQueueHasGoneIsNot) {
  Peer& peer = with_queue();
  queues_.refusal = Error{ErrorCode::kFull, "full"};
  peer.add(ConfirmSelect{.nowait = true}).add_publish("", "q", "1").add_publish("", "q", "2").send_written();
  EXPECT_EQ(peer.next<BasicNack>(), (BasicNack{2, true, false}));
  queues_.refusal = Error{ErrorCode::kNotFound, "gone"};
  peer.publish("", "q", "3");
  EXPECT_EQ(peer.next<BasicAck>(), (BasicAck{3, false}));
}

TEST_F(AmqpMessages, CopiesGoByTheirKeysAndBlindOnesAreNotSeen) {
  Peer& peer = with_queue();
  peer.send(QueueDeclare{.queue = "copy"});
  peer.next<QueueDeclareOk>();
  peer.send(QueueDeclare{.queue = "blind"});
  peer.next<QueueDeclareOk>();
  PropertyTable headers{{"CC", PropertyList{std::string("copy"), std::string("q")}},
                        {"BCC", PropertyList{std::string("blind")}},
                        {"x", std::int32_t{1}}};
  peer.publish("", "q", "m", {.headers = headers});
  for (const char* queue : {"q", "copy", "blind"}) {
    peer.send(BasicGet{.queue = queue, .no_ack = true});
    EXPECT_EQ(peer.next<BasicGetOk>().message_count, 0u) << queue;
    SeenMessage seen = peer.content();
    EXPECT_EQ(find_property(*seen.properties.headers, "BCC"), nullptr);
    EXPECT_NE(find_property(*seen.properties.headers, "CC"), nullptr);
  }
}

TEST_F(AmqpMessages, HeadersAreRoutedByWhereAnExchangeAsks) {
  Peer& peer = with_queue();
  peer.send(QueueBind{.queue = "q", .exchange = "amq.headers", .arguments = {{"kind", std::string("a")}}});
  peer.next<QueueBindOk>();
  peer.add_publish("amq.headers", "", "no", {.headers = PropertyTable{{"kind", std::string("b")}}});
  peer.add_publish("amq.headers", "", "yes", {.headers = PropertyTable{{"kind", std::string("a")}}}).send_written();
  peer.send(BasicGet{.queue = "q"});
  EXPECT_EQ(peer.next<BasicGetOk>().message_count, 0u);
  EXPECT_EQ(peer.content().body, "yes");
}

TEST_F(AmqpMessages, ALogTopicIsReachedLikeAQueue) {
  topics_.add("events", 4);
  Peer& peer = with_queue();
  peer.add(ConfirmSelect{.nowait = true}).add_publish("", "events", "x").add_publish("", "events", "y").send_written();
  EXPECT_EQ(peer.next<BasicAck>(), (BasicAck{2, true}));
  ASSERT_THAT(logs_.published, SizeIs(1));
  EXPECT_LT(logs_.published[0].index.value, 4);
}

TEST_F(AmqpMessages, DeliveriesComeAfterTheAnswerAndInOrder) {
  Peer& peer = with_queue();
  for (const char* body : {"1", "2", "3"}) peer.add_publish("", "q", body);
  peer.add(BasicConsume{.queue = "q"}).send_written();
  std::string tag = peer.next<BasicConsumeOk>().consumer_tag;
  EXPECT_TRUE(tag.starts_with("amq.ctag-")) << tag;
  EXPECT_EQ(peer.next<BasicDeliver>().consumer_tag, tag);
  EXPECT_EQ(peer.content().body, "1");
  EXPECT_THAT(peer.delivery(), Pair(2, "2"));
  EXPECT_THAT(peer.delivery(), Pair(3, "3"));
  peer.publish("", "q", "4");
  EXPECT_THAT(peer.delivery(), Pair(4, "4"));
}

TEST_F(AmqpMessages, AConsumersPrefetchIsKeptAndMultipleSettlesInOneRange) {
  Peer& peer = consuming({.queue = "q", .consumer_tag = "t"}, {.prefetch_count = 2});
  for (const char* body : {"1", "2", "3", "4"}) peer.add_publish("", "q", body);
  peer.send_written();
  peer.delivery();
  peer.delivery();
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{2, true});
  EXPECT_THAT(peer.delivery(), Pair(3, "3"));
  EXPECT_THAT(peer.delivery(), Pair(4, "4"));
  ASSERT_THAT(queues_.settled, SizeIs(1));
  ASSERT_THAT(queues_.settled[0], SizeIs(1));
  EXPECT_EQ(queues_.settled[0][0].first.offset, Offset(0));
  EXPECT_EQ(queues_.settled[0][0].last, Offset(1));
}

TEST_F(AmqpMessages, AChannelWidePrefetchIsSharedByItsConsumers) {
  Peer& peer = with_queue();
  peer.add(BasicQos{.prefetch_count = 2, .global = true}).add(BasicConsume{.queue = "q", .consumer_tag = "a"});
  peer.send(BasicConsume{.queue = "q", .consumer_tag = "b"});
  peer.next<BasicQosOk>();
  peer.next<BasicConsumeOk>();
  peer.next<BasicConsumeOk>();
  for (int i = 0; i < 5; ++i) peer.add_publish("", "q", "x");
  peer.send_written();
  peer.delivery();
  peer.delivery();
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().first, 3u);
  EXPECT_TRUE(peer.silent());
  peer.send(BasicQos{.prefetch_count = 0, .global = true});
  peer.next<BasicQosOk>();
  peer.delivery();
  EXPECT_TRUE(!peer.heard.empty() || peer.until([&] { return !peer.heard.empty(); }));
}

TEST_F(AmqpMessages, WhatComesBackIsSeenAgainAsRedelivered) {
  Peer& peer = consuming();
  peer.publish("", "q", "1");
  peer.delivery();
  peer.send(BasicNack{1, false, true});
  EXPECT_TRUE(peer.next<BasicDeliver>().redelivered);
  EXPECT_EQ(peer.content().body, "1");
  peer.send(BasicReject{2, true});
  EXPECT_EQ(peer.delivery().first, 3u);
  peer.send(BasicRecover{.requeue = true});
  peer.next<BasicRecoverOk>();
  EXPECT_EQ(peer.delivery().first, 4u);
  peer.send(BasicReject{4, false});
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts().ready + counts().unsettled, 0u);
}

TEST_F(AmqpMessages, AQuorumQueueShowsHowOftenAMessageCameBack) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "q", .durable = true, .arguments = {{"x-queue-type", std::string("quorum")}}});
  peer.next<QueueDeclareOk>();
  peer.publish("", "q", "1", {.headers = PropertyTable{{"mine", true}}});
  peer.send(BasicGet{.queue = "q"});
  peer.next<BasicGetOk>();
  EXPECT_EQ(find_property(*peer.content().properties.headers, "x-delivery-count"), nullptr);
  peer.add(BasicReject{1, true}).send(BasicGet{.queue = "q"});
  peer.next<BasicGetOk>();
  SeenMessage again = peer.content();
  EXPECT_EQ(integer_of(*find_property(*again.properties.headers, "x-delivery-count")), 1);
  EXPECT_NE(find_property(*again.properties.headers, "mine"), nullptr);
}

TEST_F(AmqpMessages, ADeliveryCountThatAPublisherPassedOnIsNotTheBrokers) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "q", .durable = true, .arguments = {{"x-queue-type", std::string("quorum")}}});
  peer.next<QueueDeclareOk>();
  peer.publish("", "q", "1", {.headers = PropertyTable{{"x-delivery-count", std::int64_t{7}}}});
  peer.send(BasicGet{.queue = "q"});
  peer.next<BasicGetOk>();
  peer.content();
  peer.add(BasicReject{1, true}).send(BasicGet{.queue = "q"});
  peer.next<BasicGetOk>();
  SeenMessage again = peer.content();
  ASSERT_EQ(again.properties.headers->size(), 1u);
  EXPECT_EQ(integer_of(*find_property(*again.properties.headers, "x-delivery-count")), 1);
}

TEST_F(AmqpMessages, ACancelledConsumerGetsNoMoreAndKeepsWhatItHas) {
  Peer& peer = consuming();
  peer.publish("", "q", "1");
  peer.delivery();
  peer.send(BasicCancel{.consumer_tag = "t"});
  EXPECT_EQ(peer.next<BasicCancelOk>().consumer_tag, "t");
  peer.publish("", "q", "2");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts().unsettled, 1u);
  EXPECT_THAT(queues_.released, IsEmpty());
  peer.send(BasicAck{1, false});
  EXPECT_TRUE(peer.silent());
  EXPECT_THAT(queues_.released, SizeIs(1));
  peer.send(BasicConsume{.queue = "q", .consumer_tag = "t"});
  peer.next<BasicConsumeOk>();
  EXPECT_THAT(peer.delivery(), Pair(2, "2"));
}

TEST_F(AmqpMessages, ADeletedQueueCancelsItsConsumersAndTheirTagsCanStillBeSettled) {
  Peer& peer = consuming();
  peer.publish("", "q", "1");
  peer.delivery();
  Peer& other = open();
  other.send(QueueDelete{.queue = "q"});
  other.next<QueueDeleteOk>();
  BasicCancel cancel = peer.next<BasicCancel>();
  EXPECT_EQ(cancel.consumer_tag, "t");
  EXPECT_TRUE(cancel.nowait);
  peer.add(BasicAck{1, false}).send(BasicQos{});
  peer.next<BasicQosOk>();
}

// A client that did not say that it knows basic.cancel from a server takes it for an error of the protocol.
TEST_F(AmqpMessages, WhoDidNotAskForItIsNotToldOfADeletedQueue) {
  with_queue();
  ConnectionStartOk plain = login();
  plain.client_properties = {};
  Peer& peer = open(plain);
  peer.send(BasicConsume{.queue = "q", .consumer_tag = "t"});
  peer.next<BasicConsumeOk>();
  Peer& other = open();
  other.send(QueueDelete{.queue = "q"});
  other.next<QueueDeleteOk>();
  EXPECT_TRUE(peer.silent());
  peer.send(BasicQos{});
  peer.next<BasicQosOk>();
}

TEST_F(AmqpMessages, AConsumerBringsItsTimeoutAndTheServersStandsBehindIt) {
  Peer& peer =
      consuming({.queue = "q", .consumer_tag = "t", .arguments = {{"x-consumer-timeout", std::int32_t{5000}}}});
  const queue::ConsumerOptions own = queues_.subscribed.back();
  EXPECT_EQ(own.timeout, Milliseconds(5000));
  EXPECT_EQ(own.default_timeout, std::nullopt);
  door_.limits.consumer_timeout = Milliseconds(60'000);
  peer.send(BasicConsume{.queue = "q", .consumer_tag = "u", .arguments = {{"x-consumer-timeout", "soon"}}});
  peer.next<BasicConsumeOk>();
  EXPECT_EQ(queues_.subscribed.back().timeout, Milliseconds(0)) << "no limit, whatever the server's";
  EXPECT_EQ(queues_.subscribed.back().default_timeout, Milliseconds(60'000));
}

TEST_F(AmqpMessages, AnExclusiveConsumerIsAlone) {
  Peer& peer = consuming({.queue = "q", .consumer_tag = "t", .exclusive = true});
  peer.open_channel(2);
  peer.send(BasicConsume{.queue = "q"}, 2);
  EXPECT_EQ(peer.channel_close(2), "403 ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use");
}

TEST_F(AmqpMessages, WithoutAcknowledgementsNothingIsHeld) {
  Peer& peer = consuming({.queue = "q", .consumer_tag = "t", .no_ack = true});
  peer.publish("", "q", "1");
  EXPECT_THAT(peer.delivery(), Pair(1, "1"));
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - unknown delivery tag 1");
}

TEST_F(AmqpMessages, ATransactionCountsAtItsCommit) {
  Peer& peer = with_queue();
  peer.publish("", "q", "old");
  peer.add(TxSelect{}).send(BasicGet{.queue = "q"});
  peer.next<TxSelectOk>();
  peer.next<BasicGetOk>();
  peer.content();
  peer.add(BasicAck{1, false}).add_publish("", "q", "new").add_publish("", "nowhere", "back", {}, true).send_written();
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts().unsettled, 1u);
  EXPECT_EQ(counts().ready, 0u);
  peer.send(TxCommit{});
  EXPECT_EQ(peer.next<BasicReturn>().routing_key, "nowhere");
  peer.content();
  peer.next<TxCommitOk>();
  EXPECT_EQ(counts().unsettled, 0u);
  EXPECT_EQ(counts().ready, 1u);
}

TEST_F(AmqpMessages, ARollbackForgetsPublishesAndAcknowledgements) {
  Peer& peer = with_queue();
  peer.publish("", "q", "old");
  peer.add(TxSelect{}).send(BasicGet{.queue = "q"});
  peer.next<TxSelectOk>();
  peer.next<BasicGetOk>();
  peer.content();
  peer.add(BasicAck{1, false}).add_publish("", "q", "new").send(TxRollback{});
  peer.next<TxRollbackOk>();
  EXPECT_EQ(counts().ready, 0u);
  peer.add(BasicAck{1, false}).send(TxCommit{});
  peer.next<TxCommitOk>();
  EXPECT_EQ(counts().unsettled, 0u);
}

TEST_F(AmqpMessages, ATransactionThatAQueueRefusesClosesTheChannel) {
  Peer& peer = with_queue();
  queues_.refusal = Error{ErrorCode::kFull, "full"};
  peer.add(TxSelect{}).add_publish("", "q", "new").send(TxCommit{});
  peer.next<TxSelectOk>();
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - partial tx completion");
}

TEST_F(AmqpMessages, AConnectionThatBreaksGivesBackWhatItHeld) {
  Peer& peer = consuming();
  peer.publish("", "q", "1");
  peer.delivery();
  peer.leave();
  EXPECT_TRUE(peer.until([&] { return counts().ready == 1; }));
}

TEST_F(AmqpMessages, WhatWasPublishedBehindAMethodThatWaitsIsKeptThoughTheClientHasLeft) {
  Peer& peer = with_queue();
  queues_.hold_answers = true;
  peer.add_publish("", "q", "1").add(QueuePurge{.queue = "q"}).add_publish("", "q", "2");
  peer.add(BasicConsume{.queue = "q"}).add(BasicAck{99, false}).send_written();
  EXPECT_TRUE(peer.silent());
  peer.leave();
  queues_.let_go();
  EXPECT_TRUE(peer.until([&] { return counts().ready == 1 && !queues_.released.empty(); }));
}

struct AmqpPressure : DoorTest {
  AmqpPressure() : DoorTest({.unanswered_messages = 10}) {}
};

TEST_F(AmqpPressure, APublisherIsNotReadFromWhileTooMuchIsUnanswered) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "q"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.send(ConfirmSelect{});
  peer.next<ConfirmSelectOk>();
  for (int i = 0; i < 11; ++i) peer.add_publish("", "q", "x");
  peer.send_written();
  simulation_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(counts("q").ready, 11u);
  peer.publish("", "q", "later");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("q").ready, 11u);
  queues_.let_go();
  EXPECT_TRUE(peer.until([&] { return counts("q").ready == 12; }));
  EXPECT_TRUE(peer.until(
      [&] { return !peer.heard.empty() && decode_method<BasicAck>(peer.heard.back().payload)->delivery_tag == 12; }));
  peer.heard.clear();
}

}  // namespace
}  // namespace wharf::amqp091
