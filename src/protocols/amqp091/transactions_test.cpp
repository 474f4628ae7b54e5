// What a transaction leaves behind, whether or not it comes to its end.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::uint64_t kLongestMessage = 100;

class AmqpTransactions : public DoorTest {
 protected:
  AmqpTransactions() : DoorTest({.max_message_bytes = kLongestMessage}) {}

  /// With the queue "jobs".
  Peer& with_queue() {
    Peer& peer = open();
    peer.send(QueueDeclare{.queue = "jobs"});
    peer.next<QueueDeclareOk>();
    return peer;
  }
  /// Its message is with the consumer "t" of a channel with transactions.
  Peer& with_delivery() {
    Peer& peer = with_queue();
    peer.publish("", "jobs", "1");
    peer.add(TxSelect{}).send(BasicConsume{.queue = "jobs", .consumer_tag = "t"});
    peer.next<TxSelectOk>();
    peer.next<BasicConsumeOk>();
    EXPECT_EQ(peer.delivery().first, 1u);
    return peer;
  }
};

TEST_F(AmqpTransactions, OfOneThatFailsNothingIsPublished) {
  Peer& peer = with_queue();
  peer.add(ExchangeDeclare{.exchange = "e", .type = "direct"}).send(TxSelect{});
  peer.next<ExchangeDeclareOk>();
  peer.next<TxSelectOk>();
  peer.add_publish("", "jobs", "1").add_publish("e", "k", "2").add(ExchangeDelete{.exchange = "e"}).send(TxCommit{});
  peer.next<ExchangeDeleteOk>();
  EXPECT_EQ(peer.channel_close(), "404 NOT_FOUND - no exchange 'e' in vhost '/'");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("jobs").ready, 0u);
  peer.open_channel(1);
  peer.publish("", "jobs", "3");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("jobs").ready, 1u);
}

TEST_F(AmqpTransactions, AConsumerThatWasCancelledGoesWithTheLastThatIsCommitted) {
  Peer& peer = with_delivery();
  peer.add(BasicCancel{.consumer_tag = "t"}).send(BasicAck{1, false});
  peer.next<BasicCancelOk>();
  EXPECT_TRUE(peer.silent());
  EXPECT_TRUE(queues_.released.empty());
  peer.send(TxCommit{});
  peer.next<TxCommitOk>();
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(queues_.released.size(), 1u);
}

TEST_F(AmqpTransactions, AConnectionThatIsClosedFromOutsideGivesNothingBackBeforeItsCommitIsOver) {
  Peer& peer = with_delivery();
  peer.send(QueueDeclare{.queue = "done"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.add_publish("", "done", "2").add(BasicAck{1, false}).send(TxCommit{});
  EXPECT_TRUE(peer.silent());
  traffic_.connections.begin()->second->force_close("user 'guest' is deleted");
  EXPECT_TRUE(peer.silent());
  EXPECT_TRUE(queues_.released.empty());
  queues_.let_go();
  EXPECT_EQ(peer.next<TxCommitOk>(), TxCommitOk{});
  EXPECT_EQ(peer.connection_close(), "320 CONNECTION_FORCED - user 'guest' is deleted");
  EXPECT_EQ(counts("jobs").ready, 0u);
  EXPECT_EQ(counts("done").ready, 1u);
}

TEST_F(AmqpTransactions, AChannelThatIsClosedForAMistakeGivesNothingBackBeforeItsCommitIsOver) {
  Peer& peer = with_delivery();
  peer.send(QueueDeclare{.queue = "done"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.add_publish("", "done", "2").add(BasicAck{1, false}).add(TxCommit{}).add(BasicPublish{.routing_key = "done"});
  std::string too_long(kLongestMessage + 1, 'x');
  write_content(1, *encode_properties({}), SharedBytes::copy_of(as_bytes(too_long)), 131'072, peer.out);
  peer.send_written();
  EXPECT_TRUE(peer.silent());
  EXPECT_TRUE(queues_.released.empty());
  queues_.let_go();
  EXPECT_THAT(peer.channel_close(), testing::StartsWith("406 PRECONDITION_FAILED - message size 101"));
  EXPECT_EQ(counts("jobs").ready, 0u);
  EXPECT_EQ(counts("done").ready, 1u);
}

}  // namespace
}  // namespace wharf::amqp091
