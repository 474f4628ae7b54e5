// What is true for everybody once the end of a channel or a connection is told.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::StartsWith;

constexpr std::uint64_t kLongestMessage = 100;

class AmqpClosing : public DoorTest {
 protected:
  AmqpClosing() : DoorTest({.max_message_bytes = kLongestMessage}) {}

  /// Of the queue "jobs", on its channel 1.
  void hold_one_message(Peer& peer) {
    peer.add(QueueDeclare{.queue = "jobs"}).add_publish("", "jobs", "held").add(BasicConsume{.queue = "jobs"});
    peer.send_written();
    peer.next<QueueDeclareOk>();
    peer.next<BasicConsumeOk>();
    EXPECT_EQ(peer.delivery().second, "held");
  }
};

TEST_F(AmqpClosing, AConnectionIsClosedOnceWhatItHeldIsBack) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs"});
  peer.next<QueueDeclareOk>();
  peer.publish("", "jobs", "held");
  peer.send(BasicConsume{.queue = "jobs", .consumer_tag = "t"});
  peer.next<BasicConsumeOk>();
  peer.next<BasicDeliver>();
  queues_.hold_answers = true;
  peer.send(ConnectionClose{.reply_code = 200}, 0);
  EXPECT_TRUE(peer.until([&] { return !queues_.released.empty(); }));
  peer.content();
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<ConnectionCloseOk>(0);
  EXPECT_EQ(queues_.counts_of(entities_.queue("jobs")->ref).ready, 1u);
}

TEST_F(AmqpClosing, AConnectionIsClosedBehindTheCommandsBeforeIt) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.add_publish("", "jobs", "x").add(BasicGet{.queue = "jobs", .no_ack = true});
  peer.add(QueueDeclare{.queue = "late", .nowait = true}).add_publish("", "late", "y");
  peer.add(ConnectionClose{.reply_code = 200}, 0).send_written();
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<BasicGetOk>();
  EXPECT_EQ(peer.content().body, "x");
  peer.next<ConnectionCloseOk>(0);
  ASSERT_NE(entities_.queue("late"), nullptr);
  EXPECT_EQ(counts("late").ready, 1u);
}

TEST_F(AmqpClosing, AClientsMistakeIsAnsweredOnceWhatItsChannelHeldIsBack) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  peer.send(BasicAck{7, false});
  EXPECT_TRUE(peer.silent());
  peer.send(QueueDeclare{.queue = "late"});
  queues_.let_go();
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - unknown delivery tag 7");
  EXPECT_EQ(counts("jobs").ready, 1u);
  EXPECT_EQ(entities_.queue("late"), nullptr);
  peer.open_channel(1);
}

TEST_F(AmqpClosing, ACloseThatCrossesTheBrokersIsAnsweredBehindIt) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  peer.send(BasicAck{7, false});
  EXPECT_TRUE(peer.silent());
  peer.send(ChannelClose{});
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<ChannelClose>();
  peer.next<ChannelCloseOk>();
  peer.add(ChannelCloseOk{}).send(ChannelOpen{});
  peer.next<ChannelOpenOk>();
}

TEST_F(AmqpClosing, AMistakeThatClosesTheConnectionIsAnsweredOnceWhatItHeldIsBack) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  peer.send(BasicQos{.prefetch_size = 5});
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  EXPECT_EQ(peer.connection_close(), "540 NOT_IMPLEMENTED - prefetch_size!=0 (5)");
  EXPECT_EQ(counts("jobs").ready, 1u);
}

TEST_F(AmqpClosing, AConnectionThatIsClosedFromOutsideGivesBackWhatItHeldAndHearsWhy) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  traffic_.connections.begin()->second->force_close("user 'guest' is deleted");
  peer.publish("", "jobs", "late");
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  EXPECT_EQ(peer.connection_close(), "320 CONNECTION_FORCED - user 'guest' is deleted");
  EXPECT_EQ(counts("jobs").ready, 1u);
  EXPECT_EQ(counts("jobs").consumers, 0u);
}

TEST_F(AmqpClosing, AConnectionIsClosedBehindTheCloseOfItsChannel) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  peer.add(BasicAck{7, false}).add(ConnectionClose{.reply_code = 200}, 0).send_written();
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<ChannelClose>();
  peer.next<ConnectionCloseOk>(0);
  EXPECT_EQ(counts("jobs").ready, 1u);
}

TEST_F(AmqpClosing, AnAutoDeleteQueueIsGoneWhenTheCloseOfItsLastConsumersChannelOrConnectionIsAnswered) {
  Peer& other = open();
  for (const std::function<void(Peer&)>& end : std::vector<std::function<void(Peer&)>>{
           [](Peer& p) { p.send(ChannelClose{}), p.next<ChannelCloseOk>(); },
           [](Peer& p) { p.send(BasicAck{7, false}), p.next<ChannelClose>(); },
           [](Peer& p) { p.send(ConnectionClose{.reply_code = 200}, 0), p.next<ConnectionCloseOk>(0); },
           [](Peer& p) { p.send(BasicQos{.prefetch_size = 5}), p.next<ConnectionClose>(0); }}) {
    Peer& peer = open();
    peer.add(QueueDeclare{.queue = "passing", .auto_delete = true}).add(BasicConsume{.queue = "passing"});
    peer.send_written();
    peer.next<QueueDeclareOk>();
    peer.next<BasicConsumeOk>();
    end(peer);
    EXPECT_EQ(entities_.queue("passing"), nullptr);
    other.send(QueueDeclare{.queue = "passing", .passive = true});
    EXPECT_EQ(other.channel_close(), "404 NOT_FOUND - no queue 'passing' in vhost '/'");
    other.open_channel(1);
  }
}

TEST_F(AmqpClosing, AnAutoDeleteQueueStaysWithItsOtherConsumers) {
  Peer& stays = open();
  stays.add(QueueDeclare{.queue = "shared", .auto_delete = true}).send(BasicConsume{.queue = "shared"});
  stays.next<QueueDeclareOk>();
  stays.next<BasicConsumeOk>();
  Peer& leaves = open();
  leaves.send(BasicConsume{.queue = "shared"});
  leaves.next<BasicConsumeOk>();
  leaves.send(ChannelClose{});
  leaves.next<ChannelCloseOk>();
  EXPECT_EQ(counts("shared").consumers, 1u);
}

TEST_F(AmqpClosing, NothingIsDeliveredOnAChannelThatCloses) {
  Peer& peer = open();
  peer.add(BasicQos{.prefetch_count = 1, .global = true});
  for (const char* name : {"a", "b", "c"}) peer.add(QueueDeclare{.queue = name});
  peer.add_publish("", "a", "1").add_publish("", "b", "2").add(BasicConsume{.queue = "a"});
  peer.send(BasicConsume{.queue = "b"});
  peer.next<BasicQosOk>();
  for (int i = 0; i < 3; ++i) peer.next<QueueDeclareOk>();
  for (int i = 0; i < 2; ++i) peer.next<BasicConsumeOk>();
  EXPECT_EQ(peer.delivery().first, 1u);
  EXPECT_TRUE(peer.silent());
  // Both wait behind the get, and are taken in one turn: the first makes room for what the other consumer holds.
  queues_.hold_answers = true;
  peer.add_publish("", "c", "3").add(BasicGet{.queue = "c", .no_ack = true}).add(BasicAck{1, false});
  peer.send(BasicAck{7, false});
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<BasicGetOk>();
  peer.content();
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - unknown delivery tag 7");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("a").ready + counts("b").ready, 1u);
}

TEST_F(AmqpClosing, AConnectionClosedByWhatTookTimeIsGivenTheTimeToAnswer) {
  Peer& peer = open();
  simulation_.run_for(std::chrono::seconds(14));
  peer.send(QueueDeclare{.queue = "jobs"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.add_publish("", "jobs", "x").add(BasicGet{.queue = "jobs", .no_ack = true}).send(BasicQos{.prefetch_size = 5});
  EXPECT_TRUE(peer.silent());
  queues_.let_go();
  peer.next<BasicGetOk>();
  peer.content();
  peer.next<ConnectionClose>(0);
  simulation_.run_for(std::chrono::seconds(8));
  EXPECT_FALSE(peer.ended);
  peer.send(ConnectionCloseOk{}, 0);
  EXPECT_TRUE(peer.until([&] { return peer.ended; }));
}

TEST_F(AmqpClosing, ACommandWhoseTurnComesAfterItsChannelWasClosedIsNotCarriedOut) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs"});
  peer.next<QueueDeclareOk>();
  queues_.hold_answers = true;
  peer.add_publish("", "jobs", "stays").add(BasicGet{.queue = "jobs"}).add(BasicPublish{.routing_key = "jobs"});
  std::string too_long(kLongestMessage + 1, 'x');
  write_content(1, *encode_properties({}), SharedBytes::copy_of(as_bytes(too_long)), 131'072, peer.out);
  peer.send_written();
  EXPECT_THAT(peer.channel_close(), StartsWith("406 PRECONDITION_FAILED - message size 101"));
  queues_.let_go();
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("jobs").ready, 1u);
  EXPECT_EQ(counts("jobs").unsettled, 0u);
}

TEST_F(AmqpClosing, AStopWhileAConnectionGivesBackWhatItHeldLeavesNoTimerBehind) {
  Peer& peer = open();
  hold_one_message(peer);
  queues_.hold_answers = true;
  peer.leave();
  simulation_.run_for(std::chrono::seconds(1));
  ASSERT_EQ(queues_.released.size(), 1u);
  runtime::TaskScope stopping(machine_.shard());
  stopping.spawn("stop", port_.close());
  simulation_.run_for(std::chrono::seconds(1));
  queues_.let_go();
  simulation_.run(machine_.shard(), stopping.close());
  EXPECT_TRUE(simulation_.run_until_idle(std::chrono::minutes(1)));
}

TEST_F(AmqpClosing, AConnectionThatBreaksDoesNotWaitForWhatItAskedAQueueFor) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs"});
  peer.next<QueueDeclareOk>();
  queues_.hold_gets = true;
  peer.send(BasicGet{.queue = "jobs"});
  EXPECT_TRUE(peer.silent());
  peer.leave();
  simulation_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(queues_.released.size(), 1u);
  EXPECT_EQ(port_.counts().open, 0u);
}

}  // namespace
}  // namespace wharf::amqp091
