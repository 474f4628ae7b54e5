// x-message-deduplication exchanges at the door: what is handed on as a whole and how it is answered.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AmqpDeduplication : public DoorTest {
 protected:
  /// With channel 1, the exchange "once", and "q" bound to amq.fanout, which leads to "once" as well.
  Peer& deduplicating() {
    Peer& peer = open();
    peer.send(ExchangeDeclare{
        .exchange = "once", .type = "x-message-deduplication", .arguments = {{"x-cache-size", std::int32_t{10}}}});
    peer.next<ExchangeDeclareOk>();
    peer.send(QueueDeclare{.queue = "q", .durable = true});
    peer.next<QueueDeclareOk>();
    peer.send(QueueBind{.queue = "q", .exchange = "amq.fanout"});
    peer.next<QueueBindOk>();
    peer.send(ExchangeBind{.destination = "once", .source = "amq.fanout"});
    peer.next<ExchangeBindOk>();
    return peer;
  }
};

TEST_F(AmqpDeduplication, AMessageThatComesToSuchAnExchangeIsHandedOnAsAWhole) {
  Peer& peer = deduplicating();
  PropertyTable headers{{"CC", PropertyList{std::string("copy")}}, {"BCC", PropertyList{std::string("secret")}}};
  peer.add_publish("once", "k", "1").add_publish("amq.fanout", "k", "2", {.headers = headers});
  peer.add_publish("", "q", "direct").send_written();
  ASSERT_TRUE(peer.until([&] { return !deduplication_.asked.empty() && counts("q").ready == 1; }));
  ASSERT_THAT(deduplication_.asked, SizeIs(1)) << "one call for a turn";
  const std::vector<broker::ToDeduplicate>& asked = deduplication_.asked[0];
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].name_space, "/");
  EXPECT_EQ(asked[0].exchange, "once");
  EXPECT_THAT(asked[0].extra_keys, IsEmpty());
  EXPECT_EQ(asked[1].exchange, "amq.fanout");
  EXPECT_THAT(asked[1].extra_keys, ElementsAre("copy", "secret"));
  EXPECT_EQ(as_text(*asked[1].message.record.value), "2");
}

TEST_F(AmqpDeduplication, ItIsConfirmedWhetherItIsNewOrNotAndNackedWhenItCannotBeKept) {
  Peer& peer = deduplicating();
  peer.send(ConfirmSelect{});
  peer.next<ConfirmSelectOk>();
  peer.publish("once", "k", "new");
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 1u);
  deduplication_.answer = broker::PassedOn::kRepeated;
  peer.publish("once", "k", "again", {}, true);
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 2u) << "and not returned";
  deduplication_.answer = fail(ErrorCode::kFull, "the queue is full");
  peer.publish("once", "k", "refused");
  EXPECT_EQ(peer.next<BasicNack>().delivery_tag, 3u);
}

TEST_F(AmqpDeduplication, AMandatoryOneThatGoesNowhereIsReturnedBeforeItIsConfirmed) {
  Peer& peer = deduplicating();
  peer.send(ConfirmSelect{});
  peer.next<ConfirmSelectOk>();
  deduplication_.answer = broker::PassedOn::kNowhere;
  peer.publish("once", "k", "back", {.type = "t"}, true);
  BasicReturn returned = peer.next<BasicReturn>();
  EXPECT_EQ(returned.exchange, "once");
  SeenMessage message = peer.content();
  EXPECT_EQ(message.body, "back");
  EXPECT_EQ(message.properties.type, "t");
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 1u);
  peer.publish("once", "k", "dropped");
  EXPECT_EQ(peer.next<BasicAck>().delivery_tag, 2u) << "nobody asked for it back";
}

TEST_F(AmqpDeduplication, ATransactionCommitsOnceItIsKept) {
  Peer& peer = deduplicating();
  peer.send(TxSelect{});
  peer.next<TxSelectOk>();
  peer.publish("once", "k", "1");
  EXPECT_TRUE(peer.silent());
  EXPECT_THAT(deduplication_.asked, IsEmpty());
  peer.send(TxCommit{});
  peer.next<TxCommitOk>();
  EXPECT_THAT(deduplication_.asked, SizeIs(1));
  deduplication_.answer = fail(ErrorCode::kFull, "the queue is full");
  peer.publish("once", "k", "2");
  peer.send(TxCommit{});
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - partial tx completion");
}

}  // namespace
}  // namespace wharf::amqp091
