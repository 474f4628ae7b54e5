// x-delayed-message exchanges at the door: what is held back and how it is answered.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class AmqpDelays : public DoorTest {
 protected:
  /// With channel 1, the exchange "later" and the queue "q" bound to it by "k".
  Peer& delaying() {
    Peer& peer = open();
    peer.send(
        ExchangeDeclare{.exchange = "later", .type = "x-delayed-message", .arguments = {{"x-delayed-type", "direct"}}});
    peer.next<ExchangeDeclareOk>();
    peer.send(QueueDeclare{.queue = "q", .durable = true});
    peer.next<QueueDeclareOk>();
    peer.send(QueueBind{.queue = "q", .exchange = "later", .routing_key = "k"});
    peer.next<QueueBindOk>();
    return peer;
  }
  static BasicProperties delayed(PropertyValue delay) {
    return {.headers = PropertyTable{{"x-delay", std::move(delay)}}, .delivery_mode = 2};
  }
};

TEST_F(AmqpDelays, AMessageWithADelayWaitsAndIsNotReturnedAlthoughNoQueueIsReached) {
  Peer& peer = delaying();
  Timestamp now = machine_.clock().wall_now();
  peer.publish("later", "nowhere", "x", delayed(5'000), true);
  EXPECT_TRUE(peer.silent());
  ASSERT_THAT(delays_.waiting, SizeIs(1));
  const queue::ScheduleEnvelope& envelope = delays_.waiting[0].envelope;
  EXPECT_GE(envelope.due.ms, now.ms + 5'000);
  EXPECT_LT(envelope.due.ms, now.ms + 6'000);
  EXPECT_EQ(envelope.name_space, "/");
  EXPECT_EQ(envelope.exchange, "later");
  EXPECT_TRUE(delays_.waiting[0].persistent);
  EXPECT_EQ(counts("q").ready, 0u);
}

TEST_F(AmqpDelays, WithoutADelayAboveZeroItIsRoutedAtOnce) {
  Peer& peer = delaying();
  for (const BasicProperties& properties : {BasicProperties{}, delayed(0), delayed(-5), delayed("soon")})
    peer.publish("later", "k", "x", properties);
  EXPECT_TRUE(peer.until([&] { return counts("q").ready == 4; }));
  EXPECT_TRUE(delays_.waiting.empty());
  peer.publish("later", "nowhere", "x", {}, true);
  EXPECT_EQ(peer.next<BasicReturn>().reply_text, "NO_ROUTE");
  peer.content();
}

TEST_F(AmqpDelays, ItIsConfirmedWhenItIsKeptAndNackedWhenItCannotBe) {
  Peer& peer = delaying();
  peer.send(ConfirmSelect{});
  peer.next<ConfirmSelectOk>();
  peer.publish("later", "k", "x", delayed(1'000));
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 1u);
  delays_.refusal = Error{ErrorCode::kDiskFull, "the disk is full"};
  peer.publish("later", "k", "x", delayed(1'000));
  EXPECT_EQ(peer.next<BasicNack>().delivery_tag, 2u);
}

TEST_F(AmqpDelays, TheKeysOfCcAndBccWaitWithItAndBccIsNotSeen) {
  Peer& peer = delaying();
  BasicProperties properties = delayed(1'000);
  properties.headers->push_back({"CC", PropertyList{"a"}});
  properties.headers->push_back({"BCC", PropertyList{"b"}});
  peer.publish("later", "k", "x", properties);
  EXPECT_TRUE(peer.until([&] { return !delays_.waiting.empty(); }));
  EXPECT_THAT(delays_.waiting[0].envelope.extra_keys, ElementsAre("a", "b"));
  EXPECT_EQ(as_text(delays_.waiting[0].batch).find("BCC"), std::string_view::npos);
}

TEST_F(AmqpDelays, ADelayOfAnyLengthIsTaken) {
  Peer& peer = delaying();
  peer.publish("later", "k", "x", delayed(std::numeric_limits<std::int64_t>::max()));
  EXPECT_TRUE(peer.until([&] { return !delays_.waiting.empty(); }));
  EXPECT_EQ(delays_.waiting[0].envelope.due, queue::kLatestDue);
}

TEST_F(AmqpDelays, AnExchangeNeedsToKnowAsWhatItGoesOn) {
  const std::string no_type = "406 PRECONDITION_FAILED - Invalid argument, ";
  for (const auto& [arguments, refusal] :
       {std::pair(PropertyTable{}, "'x-delayed-type' must be an existing exchange type"),
        std::pair(PropertyTable{{"x-delayed-type", 5}}, "'x-delayed-type' must be an existing exchange type"),
        std::pair(PropertyTable{{"x-delayed-type", "x-delayed-message"}},
                  "'x-delayed-message' can't be used for 'x-delayed-type'")}) {
    Peer& peer = open();
    peer.send(ExchangeDeclare{.exchange = "e", .type = "x-delayed-message", .arguments = arguments});
    EXPECT_EQ(peer.channel_close(), no_type + refusal);
  }
}

}  // namespace
}  // namespace wharf::amqp091
