// What a channel's methods do, and what closes it.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class AmqpChannels : public DoorTest {
 protected:
};

struct Refusal {
  const char* close;
  std::function<void(Peer&)> ask;  // no answer comes before the close
};

const Refusal kRefusals[] = {
    {"404 NOT_FOUND - no queue 'nope' in vhost '/'",
     [](Peer& p) { p.send(QueueDeclare{.queue = "nope", .passive = true}); }},
    {"404 NOT_FOUND - no exchange 'nope' in vhost '/'",
     [](Peer& p) { p.send(ExchangeDeclare{.exchange = "nope", .passive = true}); }},
    {"403 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'",
     [](Peer& p) { p.send(QueueDeclare{.queue = "amq.foo"}); }},
    {"403 ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*'",
     [](Peer& p) { p.send(ExchangeDeclare{.exchange = "amq.foo"}); }},
    {"403 ACCESS_REFUSED - operation not permitted on the default exchange",
     [](Peer& p) { p.send(ExchangeDeclare{}); }},
    {"403 ACCESS_REFUSED - operation not permitted on the default exchange",
     [](Peer& p) { p.send(QueueBind{.queue = "q", .routing_key = "k"}); }},
    {"403 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed",
     [](Peer& p) { p.send(ExchangeDelete{.exchange = "amq.direct"}); }},
    {"404 NOT_FOUND - no queue 'nope' in vhost '/'",
     [](Peer& p) { p.send(QueueBind{.queue = "nope", .exchange = "amq.direct"}); }},
    {"404 NOT_FOUND - no exchange 'nope' in vhost '/'",
     [](Peer& p) { p.send(ExchangeBind{.destination = "amq.direct", .source = "nope"}); }},
    {"404 NOT_FOUND - no previously declared queue", [](Peer& p) { p.send(QueueBind{.exchange = "amq.direct"}); }},
    {"404 NOT_FOUND - no previously declared queue", [](Peer& p) { p.send(BasicConsume{}); }},
    {"404 NOT_FOUND - no previously declared queue", [](Peer& p) { p.send(BasicGet{}); }},
    {"404 NOT_FOUND - no previously declared queue", [](Peer& p) { p.send(QueuePurge{}); }},
    {"404 NOT_FOUND - no queue 'nope' in vhost '/'", [](Peer& p) { p.send(BasicConsume{.queue = "nope"}); }},
    {"404 NOT_FOUND - no queue 'nope' in vhost '/'", [](Peer& p) { p.send(BasicGet{.queue = "nope"}); }},
    {"404 NOT_FOUND - no queue 'nope' in vhost '/'", [](Peer& p) { p.send(QueuePurge{.queue = "nope"}); }},
    {"404 NOT_FOUND - no exchange 'nope' in vhost '/'", [](Peer& p) { p.publish("nope", "k", "x"); }},
    {"406 PRECONDITION_FAILED - invalid arg 'x-max-length' for queue 'new' in vhost '/': {value_negative,-1}",
     [](Peer& p) { p.send(QueueDeclare{.queue = "new", .arguments = {{"x-max-length", -1}}}); }},
    {"406 PRECONDITION_FAILED - invalid expiration 'abc': no_integer",
     [](Peer& p) { p.publish("", "q", "x", {.expiration = "abc"}); }},
    {"406 PRECONDITION_FAILED - user_id property set to 'x' but authenticated user was 'guest'",
     [](Peer& p) { p.publish("", "q", "x", {.user_id = "x"}); }},
    {"406 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"CC\",longstr}",
     [](Peer& p) { p.publish("", "q", "x", {.headers = PropertyTable{{"CC", std::string("x")}}}); }},
    {"406 PRECONDITION_FAILED - unknown delivery tag 7", [](Peer& p) { p.send(BasicAck{7, false}); }},
    {"406 PRECONDITION_FAILED - unknown delivery tag 0", [](Peer& p) { p.send(BasicAck{0, false}); }},
    {"406 PRECONDITION_FAILED - unknown delivery tag 7", [](Peer& p) { p.send(BasicNack{7, true, true}); }},
    {"406 PRECONDITION_FAILED - unknown delivery tag 7", [](Peer& p) { p.send(BasicReject{7, true}); }},
    {"406 PRECONDITION_FAILED - channel is not transactional", [](Peer& p) { p.send(TxCommit{}); }},
    {"406 PRECONDITION_FAILED - channel is not transactional", [](Peer& p) { p.send(TxRollback{}); }},
    {"406 PRECONDITION_FAILED - cannot switch from confirm to tx mode",
     [](Peer& p) { p.add(ConfirmSelect{.nowait = true}).send(TxSelect{}); }},
};

TEST_F(AmqpChannels, WhatCannotBeDoneClosesTheChannelWithRabbitMqsSentence) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "q"}, 1);
  peer.next<QueueDeclareOk>();
  peer.send(ChannelClose{});
  peer.next<ChannelCloseOk>();
  for (const Refusal& refusal : kRefusals) {
    SCOPED_TRACE(refusal.close);
    peer.open_channel(1);
    refusal.ask(peer);
    EXPECT_EQ(peer.channel_close(), refusal.close);
  }
}

TEST_F(AmqpChannels, AfterItsCloseAChannelPassesOverEverythingUntilTheAnswer) {
  Peer& peer = open();
  peer.publish("nope", "k", "x");
  EXPECT_EQ(peer.next<ChannelClose>().reply_code, 404);
  peer.add_publish("", "q", "x").add(BasicCancel{.consumer_tag = "t"}).send(QueueDeclare{.queue = "late"});
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(entities_.queue("late"), nullptr);
  peer.add(ChannelCloseOk{}).send(ChannelOpen{});
  peer.next<ChannelOpenOk>();
}

TEST_F(AmqpChannels, AQueueIsDeclaredFoundAndDeclaredAgain) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs", .durable = true, .arguments = {{"x-max-length", std::int64_t{5}}}});
  EXPECT_EQ(peer.next<QueueDeclareOk>(), (QueueDeclareOk{"jobs", 0, 0}));
  peer.send(QueueDeclare{.queue = "jobs", .durable = true, .arguments = {{"x-max-length", std::uint8_t{5}}}});
  peer.next<QueueDeclareOk>();
  EXPECT_EQ(queues_.times_used, 1) << "x-expires begins anew";
  peer.send(QueueDeclare{.queue = "jobs", .passive = true});
  peer.next<QueueDeclareOk>();
  EXPECT_EQ(queues_.times_used, 2);
  peer.send(QueueDeclare{.queue = "jobs"});
  EXPECT_EQ(peer.channel_close(),
            "406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'jobs' in vhost '/': "
            "received 'false' but current is 'true'");
}

TEST_F(AmqpChannels, TheBrokerChoosesANameAndAnEmptyNameIsTheLastQueue) {
  Peer& peer = open();
  peer.send(QueueDeclare{.exclusive = true});
  std::string name = peer.next<QueueDeclareOk>().queue;
  EXPECT_THAT(name, StartsWith("amq.gen-"));
  EXPECT_EQ(name.size(), 30u);
  peer.send(QueueBind{.exchange = "amq.direct"});
  peer.next<QueueBindOk>();
  peer.publish("amq.direct", name, "by its name");
  peer.send(BasicGet{.no_ack = true});
  EXPECT_EQ(peer.next<BasicGetOk>().routing_key, name);
  EXPECT_EQ(peer.content().body, "by its name");
  peer.send(QueueDelete{});
  peer.next<QueueDeleteOk>();
  EXPECT_EQ(entities_.queue(name), nullptr);
}

TEST_F(AmqpChannels, AnExclusiveQueueIsTheSameDeclaredDurableOrNot) {
  Peer& peer = open();
  for (bool durable : {true, false, true}) {
    peer.send(QueueDeclare{.queue = "mine", .durable = durable, .exclusive = true});
    EXPECT_EQ(peer.next<QueueDeclareOk>(), (QueueDeclareOk{"mine", 0, 0}));
  }
}

TEST_F(AmqpChannels, AnExclusiveQueueIsItsConnectionsAndGoesWithIt) {
  constexpr const char* kLocked =
      "405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'mine' in vhost '/'. It could be "
      "originally "
      "declared on another connection or the exclusive property value does not match that of the original declaration.";
  Peer& owner = open();
  owner.send(QueueDeclare{.queue = "mine", .exclusive = true});
  owner.next<QueueDeclareOk>();
  Peer& other = open();
  for (const std::function<void()>& use : std::vector<std::function<void()>>{
           [&] { other.send(QueueDeclare{.queue = "mine", .passive = true}); },
           [&] { other.send(QueueDeclare{.queue = "mine", .exclusive = true}); },
           [&] { other.send(QueueBind{.queue = "mine", .exchange = "amq.direct"}); },
           [&] { other.send(QueueUnbind{.queue = "mine", .exchange = "amq.direct"}); },
           [&] { other.send(BasicConsume{.queue = "mine"}); }, [&] { other.send(BasicGet{.queue = "mine"}); },
           [&] { other.send(QueuePurge{.queue = "mine"}); }, [&] { other.send(QueueDelete{.queue = "mine"}); }}) {
    use();
    EXPECT_EQ(other.channel_close(), kLocked);
    other.open_channel(1);
  }
  owner.send(QueueDeclare{.queue = "mine"});
  EXPECT_EQ(owner.channel_close(), kLocked);
  owner.leave();
  EXPECT_TRUE(other.until([&] { return entities_.queue("mine") == nullptr; }));
}

TEST_F(AmqpChannels, DeletingAsksWhetherTheQueueIsUsedOrNotEmptyAndNotWhetherItIsThere) {
  Peer& peer = open();
  peer.send(QueueDelete{.queue = "nope"});
  EXPECT_EQ(peer.next<QueueDeleteOk>().message_count, 0u);
  peer.send(QueueUnbind{.queue = "nope", .exchange = "amq.direct"});
  peer.next<QueueUnbindOk>();
  peer.add(QueueDeclare{.queue = "q"}).add_publish("", "q", "x").send(QueueDelete{.queue = "q", .if_empty = true});
  peer.next<QueueDeclareOk>();
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - queue 'q' in vhost '/' not empty");
  peer.open_channel(1);
  peer.send(QueueDelete{.queue = "q"});
  EXPECT_EQ(peer.next<QueueDeleteOk>().message_count, 1u);
}

TEST_F(AmqpChannels, WithNowaitNothingIsAnswered) {
  Peer& peer = open();
  peer.add(ExchangeDeclare{.exchange = "x", .nowait = true})
      .add(QueueDeclare{.queue = "q", .nowait = true})
      .add(QueueBind{.queue = "q", .exchange = "x", .routing_key = "k", .nowait = true})
      .add(ConfirmSelect{.nowait = true})
      .add(BasicConsume{.queue = "q", .consumer_tag = "t", .nowait = true})
      .add(BasicCancel{.consumer_tag = "t", .nowait = true})
      .add(QueuePurge{.queue = "q", .nowait = true})
      .add(QueueDelete{.queue = "q", .nowait = true})
      .add(ExchangeDelete{.exchange = "x", .nowait = true})
      .send(BasicQos{});
  peer.next<BasicQosOk>();
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(entities_.queue("q"), nullptr);
}

TEST_F(AmqpChannels, ManyMethodsSentAheadAreCarriedOutInOrderOnEachChannel) {
  Peer& peer = open();
  peer.open_channel(2);
  for (std::uint16_t channel = 1; channel <= 2; ++channel) {
    std::string name = fmt::format("q{}", channel);
    peer.add(QueueDeclare{.queue = name}, channel).add_publish("", name, "1", {}, false, channel);
    peer.add_publish("", name, "2", {}, false, channel).add(QueueDeclare{.queue = name, .passive = true}, channel);
    peer.add(BasicGet{.queue = name, .no_ack = true}, channel).add(QueuePurge{.queue = name}, channel);
  }
  peer.send_written();
  std::map<std::uint16_t, std::vector<Heard>> by_channel;
  peer.until([&] { return peer.heard.size() == 12; });
  for (Heard& frame : peer.heard) by_channel[frame.channel].push_back(std::move(frame));
  peer.heard.clear();
  for (std::uint16_t channel = 1; channel <= 2; ++channel) {
    std::vector<Heard>& frames = by_channel[channel];
    ASSERT_EQ(frames.size(), 6u);
    EXPECT_EQ(decode_method<QueueDeclareOk>(frames[0].payload)->message_count, 0u);
    EXPECT_EQ(decode_method<QueueDeclareOk>(frames[1].payload)->message_count, 2u);
    EXPECT_EQ(decode_method<BasicGetOk>(frames[2].payload)->message_count, 1u);
    EXPECT_EQ(as_text(frames[4].payload), "1");
    EXPECT_EQ(decode_method<QueuePurgeOk>(frames[5].payload)->message_count, 1u);
  }
}

TEST_F(AmqpChannels, ACloseGivesBackWhatTheChannelHolds) {
  Peer& peer = open();
  peer.add(QueueDeclare{.queue = "q"}).add_publish("", "q", "1").add_publish("", "q", "2");
  peer.add(BasicConsume{.queue = "q", .consumer_tag = "t"}).send_written();
  peer.next<QueueDeclareOk>();
  peer.next<BasicConsumeOk>();
  EXPECT_EQ(peer.delivery().second, "1");
  EXPECT_EQ(peer.delivery().second, "2");
  peer.add(BasicAck{1, false}).send(ChannelClose{});
  peer.next<ChannelCloseOk>();
  peer.open_channel(1);
  peer.send(BasicGet{.queue = "q"});
  BasicGetOk got = peer.next<BasicGetOk>();
  EXPECT_TRUE(got.redelivered);
  EXPECT_EQ(got.message_count, 0u);
  EXPECT_EQ(peer.content().body, "2");
}

}  // namespace
}  // namespace wharf::amqp091
