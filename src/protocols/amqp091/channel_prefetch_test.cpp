// A channel-wide prefetch: its consumers take no more from their queues than the channel may have.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

class ChannelPrefetch : public DoorTest {
 protected:
  /// Two queues with so many messages each, on a channel with this prefetch.
  Peer& with_queues(int messages, std::uint16_t prefetch) {
    Peer& peer = open();
    peer.add(QueueDeclare{.queue = "a"}).add(QueueDeclare{.queue = "b"});
    for (const char* queue : {"a", "b"}) {
      for (int i = 0; i < messages; ++i) peer.add_publish("", queue, queue);
    }
    peer.add(BasicQos{.prefetch_count = prefetch, .global = true}).send_written();
    for (int i = 0; i < 2; ++i) peer.next<QueueDeclareOk>();
    peer.next<BasicQosOk>();
    return peer;
  }
  void with_stream(Peer& peer, int messages) {
    peer.send(QueueDeclare{.queue = "s", .durable = true, .arguments = {{"x-queue-type", std::string("stream")}}});
    peer.next<QueueDeclareOk>();
    for (int i = 0; i < messages; ++i) peer.publish("", "s", "s");
  }
  void consume_stream(Peer& peer) {
    PropertyTable from_first{{"x-stream-offset", std::string("first")}};
    peer.send(BasicConsume{.queue = "s", .consumer_tag = "s", .arguments = from_first});
    peer.next<BasicConsumeOk>();
  }
  void consume(Peer& peer, const std::string& queue) {
    peer.send(BasicConsume{.queue = queue, .consumer_tag = queue});
    peer.next<BasicConsumeOk>();
  }
};

TEST_F(ChannelPrefetch, WhatItHoldsBackStaysInTheQueue) {
  Peer& peer = with_queues(2, 1);
  consume(peer, "a");
  EXPECT_EQ(peer.delivery().second, "a");
  consume(peer, "b");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready, 1u);
  EXPECT_EQ(counts("b").ready, 2u);
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().second, "a");  // has waited for longer
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("b").ready, 2u);
  peer.send(BasicAck{2, false});
  EXPECT_EQ(peer.delivery().second, "b");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("b").ready, 1u);
}

TEST_F(ChannelPrefetch, WhatOneQueueDoesNotNeedAnotherGets) {
  Peer& peer = with_queues(0, 4);
  consume(peer, "a");
  consume(peer, "b");
  for (int i = 0; i < 6; ++i) peer.add_publish("", "b", "b");
  peer.send_written();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(peer.delivery().second, "b");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("b").ready, 2u);
  peer.publish("", "a", "a");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready, 1u);
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().second, "b");
  peer.send(BasicAck{2, false});
  EXPECT_EQ(peer.delivery().second, "a");
}

TEST_F(ChannelPrefetch, WhoLeavesLeavesItsPartToTheOthers) {
  Peer& peer = with_queues(2, 2);
  consume(peer, "a");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(peer.delivery().second, "a");
  consume(peer, "b");
  peer.send(BasicCancel{.consumer_tag = "a"});
  peer.next<BasicCancelOk>();
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().second, "b");
  peer.send(BasicNack{2, false, true});
  EXPECT_EQ(peer.delivery().second, "b");
  EXPECT_EQ(counts("a").ready, 1u);
}

TEST_F(ChannelPrefetch, OneThatComesLaterHoldsForConsumersThatAreThere) {
  Peer& peer = with_queues(0, 0);
  consume(peer, "a");
  consume(peer, "b");
  peer.send(BasicQos{.prefetch_count = 3, .global = true});
  peer.next<BasicQosOk>();
  EXPECT_TRUE(peer.silent());
  for (int i = 0; i < 3; ++i) peer.add_publish("", "a", "a").add_publish("", "b", "b");
  peer.send_written();
  for (int i = 0; i < 3; ++i) peer.delivery();
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready + counts("b").ready, 3u);
  peer.send(BasicQos{.prefetch_count = 0, .global = true});
  peer.next<BasicQosOk>();
  for (int i = 0; i < 3; ++i) peer.delivery();
}

TEST_F(ChannelPrefetch, ATransactionThatAcknowledgesGivesRoom) {
  Peer& peer = with_queues(1, 1);
  peer.send(TxSelect{});
  peer.next<TxSelectOk>();
  consume(peer, "a");
  EXPECT_EQ(peer.delivery().second, "a");
  consume(peer, "b");
  peer.send(BasicAck{1, false});
  EXPECT_TRUE(peer.silent());
  peer.send(TxCommit{});
  EXPECT_EQ(peer.delivery().second, "b") << "the queues know of the room before the commit is on disk";
  peer.next<TxCommitOk>();
}

TEST_F(ChannelPrefetch, NothingIsSaidAboutItWithoutOne) {
  Peer& peer = with_queues(6, 0);
  peer.send(BasicQos{.prefetch_count = 2});
  peer.next<BasicQosOk>();
  for (const char* queue : {"a", "b"}) {
    consume(peer, queue);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(peer.delivery().second, queue);
  }
  for (std::uint64_t tag = 1; tag <= 6; ++tag) {
    peer.send(BasicAck{tag, false});
    peer.delivery();
  }
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(queues_.share_calls, 0);
}

TEST_F(ChannelPrefetch, AStreamsConsumerSharesItWithTheQueues) {
  Peer& peer = with_queues(1, 2);
  with_stream(peer, 4);
  consume_stream(peer);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(peer.delivery().second, "s");
  EXPECT_TRUE(peer.silent());  // it asks for more
  consume(peer, "a");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready, 1u);
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().second, "s");  // has waited for longer
  peer.send(BasicAck{2, false});
  EXPECT_EQ(peer.delivery().second, "a");
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{4, false});
  EXPECT_EQ(peer.delivery().second, "s");
  EXPECT_TRUE(peer.silent());
}

TEST_F(ChannelPrefetch, WhatAStreamsConsumerDoesNotUseQueuesGet) {
  Peer& peer = with_queues(0, 4);
  with_stream(peer, 0);
  consume_stream(peer);
  consume(peer, "a");
  for (int i = 0; i < 5; ++i) peer.publish("", "a", "a");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(peer.delivery().second, "a");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready, 1u);
  peer.publish("", "s", "s");
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{1, false});
  EXPECT_EQ(peer.delivery().second, "a");
  peer.send(BasicAck{2, false});
  EXPECT_EQ(peer.delivery().second, "s");
  peer.send(BasicCancel{.consumer_tag = "s"});
  peer.next<BasicCancelOk>();
  peer.publish("", "a", "a");
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{6, false});  // the stream's
  EXPECT_EQ(peer.delivery().second, "a");
}

TEST_F(ChannelPrefetch, OneConsumerAloneHasItAllUnasked) {
  Peer& peer = with_queues(20, 2);
  consume(peer, "a");
  for (std::uint64_t tag = 1; tag <= 20; ++tag) {
    peer.delivery();
    peer.send(BasicAck{tag, false});
  }
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(queues_.share_calls, 0);
}

}  // namespace
}  // namespace wharf::amqp091
