// Publishers during an alarm.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using namespace std::chrono_literals;

class AmqpBlocking : public DoorTest {
 protected:
  Peer& connected(bool announces, std::uint16_t heartbeat = 0) {
    Peer& peer = connect();
    ConnectionStartOk start = login();
    start.client_properties = {{"capabilities", PropertyTable{{"connection.blocked", announces}}}};
    peer.shake_hands(start, heartbeat);
    peer.open_channel(1);
    return peer;
  }
  Peer& publisher() {
    Peer& peer = connected(true);
    peer.send(QueueDeclare{.queue = "q"});
    peer.next<QueueDeclareOk>();
    peer.send(ConfirmSelect{});
    peer.next<ConfirmSelectOk>();
    return peer;
  }
  std::string reason(Peer& peer) { return peer.next<ConnectionBlocked>(0).reason; }
};

TEST_F(AmqpBlocking, APublishDuringAnAlarmIsToldAndWaitsForItsEnd) {
  Peer& peer = publisher();
  alarms_.change({.memory = true});
  EXPECT_TRUE(peer.silent()) << "who does not publish is not concerned";
  peer.add_publish("", "q", "1").add_publish("", "q", "2").send_written();
  EXPECT_EQ(reason(peer), "low on memory");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("q").ready, 0u);
  alarms_.change({});
  peer.next<ConnectionUnblocked>(0);
  while (peer.next<BasicAck>().delivery_tag < 2) {
  }
  EXPECT_EQ(counts("q").ready, 2u);
  peer.publish("", "q", "3");
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 3u);
}

TEST_F(AmqpBlocking, WhatCameBehindThePublishWaitsWithIt) {
  Peer& peer = publisher();
  alarms_.change({.disk = true});
  peer.add_publish("", "q", "1").add(BasicGet{.queue = "q", .no_ack = true}).send_written();
  EXPECT_EQ(reason(peer), "low on disk");
  peer.send(QueueDeclare{.queue = "q", .passive = true});
  EXPECT_TRUE(peer.silent());
  alarms_.change({});
  peer.next<ConnectionUnblocked>(0);
  std::vector<std::string> methods;
  while (methods.size() < 3) {
    Heard heard = peer.next_frame();
    if (heard.type != FrameType::kMethod) continue;
    AllMethods::with(*peek_method_id(heard.payload), [&]<class M> { methods.emplace_back(M::kMethod.name); });
  }
  EXPECT_THAT(methods, testing::UnorderedElementsAre("basic.ack", "basic.get-ok", "queue.declare-ok"));
}

TEST_F(AmqpBlocking, ConsumersGoOnAndGetWhatIsThere) {
  Peer& peer = publisher();
  peer.publish("", "q", "1");
  peer.next<BasicAck>();
  alarms_.change({.memory = true, .disk = true});
  peer.publish("", "q", "2");
  EXPECT_EQ(reason(peer), "low on memory & disk");
  Peer& consumer = connected(true);
  consumer.send(BasicConsume{.queue = "q", .consumer_tag = "t"});
  consumer.next<BasicConsumeOk>();
  EXPECT_EQ(consumer.delivery().second, "1");
  consumer.send(BasicAck{.delivery_tag = 1});
  EXPECT_TRUE(consumer.until([&] { return counts("q").unsettled == 0; }));
  alarms_.change({.disk = true});
  EXPECT_TRUE(peer.silent()) << "still short of something";
  alarms_.change({});
  EXPECT_EQ(consumer.delivery().second, "2");
}

TEST_F(AmqpBlocking, WhoDidNotAnnounceThatItUnderstandsIsOnlyHeldBack) {
  publisher();
  Peer& peer = connected(false);
  alarms_.change({.memory = true});
  peer.publish("", "q", "1");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(counts("q").ready, 0u);
  alarms_.change({});
  EXPECT_TRUE(peer.until([&] { return counts("q").ready == 1; }));
  EXPECT_TRUE(peer.silent());
}

TEST_F(AmqpBlocking, ABlockedClientIsNotTakenForDeadAndHearsHeartbeats) {
  publisher();
  Peer& peer = connected(true, 1);
  alarms_.change({.memory = true});
  peer.publish("", "q", "1");
  EXPECT_EQ(reason(peer), "low on memory");
  simulation_.run_for(20s);
  EXPECT_FALSE(peer.ended);
  EXPECT_GE(peer.heartbeats, 20);
  alarms_.change({});
  peer.next<ConnectionUnblocked>(0);
  EXPECT_TRUE(peer.until([&] { return counts("q").ready == 1; }, 1s));
  EXPECT_TRUE(peer.until([&] { return peer.ended; }, 10s)) << "from here on it is silent again";
}

TEST_F(AmqpBlocking, ABlockedClientMayLeaveAndTheBrokerMayStop) {
  Peer& peer = publisher();
  Peer& other = publisher();
  alarms_.change({.memory = true});
  for (Peer* one : {&peer, &other}) {
    one->publish("", "q", "1");
    EXPECT_EQ(reason(*one), "low on memory");
  }
  peer.leave();
  simulation_.run_for(1s);
  simulation_.run(machine_.shard(), port_.close());
  EXPECT_EQ(other.next<ConnectionClose>(0).reply_code, 320);
  EXPECT_TRUE(other.until([&] { return other.ended; }));
  alarms_.change({});
}

}  // namespace
}  // namespace wharf::amqp091
