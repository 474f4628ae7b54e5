// What one read brings is handed on together. Without a socket, so that the reads are the test's.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"
#include "protocols/amqp091/handlers/dispatch.hpp"

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Of a connection for whose queues nobody asks.
class Unasked final : public broker::Owner {
  bool resembles(const broker::ConnectionIntroduction&) const override { return false; }
  void challenge() override {}
  bool has_answered() override { return true; }
  void give_up() override {}
};

class AmqpTurn : public DoorTest {
 protected:
  AmqpTurn() {
    client_.principal = *access_.sign_in(machine_.shard(), "guest", "guest", client_.remote);
    client_.enter("/");
    add(ChannelOpen{}).add(QueueDeclare{.queue = "q"}).read();
  }
  ~AmqpTurn() override {
    for (auto& [number, channel] : client_.channels) client_.forget_consumers(*channel);
    simulation_.run(machine_.shard(), tasks_.close());
  }

 public:
  template <Method M>
  AmqpTurn& add(const M& method) {
    EXPECT_TRUE(write_method(method, 1, in_));
    return *this;
  }
  AmqpTurn& publish(std::string_view key, std::string_view body, const BasicProperties& properties = {},
                    std::string_view exchange = "") {
    add(BasicPublish{.exchange = exchange, .routing_key = key});
    write_content(1, *encode_properties(properties), SharedBytes::copy_of(as_bytes(body)), 0, in_);
    return *this;
  }
  /// All that was added comes with one read; then whatever can happen does.
  void read() {
    for_each_frame(in_.take(), [this](const auto& frame, FrameBuffer& frames) { take_frame(client_, frame, frames); });
    end_turn(client_);
    simulation_.run_for(std::chrono::milliseconds(10));
  }
  /// What was written since, which is nothing else.
  std::vector<BasicAck> confirms() {
    std::vector<BasicAck> confirms;
    for_each_frame(client_.out.take(), [&confirms](const auto& frame, FrameBuffer&) {
      Outcome<BasicAck> ack = decode_method<BasicAck>(frame.payload);
      EXPECT_TRUE(ack);
      if (ack) confirms.push_back(*ack);
    });
    return confirms;
  }

 protected:
  /// Taken out as they are whole: a buffer that is filled with twenty megabytes first copies them at each step.
  static void for_each_frame(const std::vector<SharedBytes>& pieces, const auto& take) {
    FrameBuffer frames;
    for (const SharedBytes& piece : pieces) {
      for (ByteView left = piece.view(); !left.empty();) {
        MutableBytes space = frames.space();
        std::size_t count = std::min(space.size(), left.size());
        std::ranges::copy(left.first(count), space.begin());
        frames.received(count);
        left = left.subspan(count);
        for (auto next = frames.next(); next && *next; next = frames.next()) take(**next, frames);
      }
    }
  }

  runtime::Wake can_write_{machine_.shard(), [] {}};
  Unasked owner_;
  Client client_{door_, owner_, {"127.0.0.1", 1}, can_write_, tasks_};
  Writer in_;
  runtime::TaskScope tasks_{machine_.shard()};
};

TEST_F(AmqpTurn, AllPublishesAreOneCallAndOneConfirm) {
  add(ConfirmSelect{.nowait = true}).read();
  client_.out.take();
  for (int i = 0; i < 20; ++i) publish("q", "x");
  read();
  EXPECT_THAT(queues_.enqueued_parts, ElementsAre(1));
  EXPECT_EQ(counts("q").ready, 20u);
  Writer wanted;
  EXPECT_TRUE(write_method(BasicAck{20, true}, 1, wanted));
  std::vector<SharedBytes> written = client_.out.take();
  ASSERT_THAT(written, SizeIs(1));
  EXPECT_TRUE(std::ranges::equal(written[0].view(), wanted.bytes_since(0)));
}

TEST_F(AmqpTurn, EachQueueHasAPartOfItsOwn) {
  add(QueueDeclare{.queue = "other"}).read();
  for (const char* key : {"q", "other", "q", "other", "other"}) publish(key, "x");
  read();
  EXPECT_THAT(queues_.enqueued_parts, ElementsAre(2));
  EXPECT_EQ(counts("q").ready, 2u);
  EXPECT_EQ(counts("other").ready, 3u);
}

TEST_F(AmqpTurn, ALargeMessageForSeveralQueuesIsOneBatchInItsPlaceAmongTheOthers) {
  add(QueueDeclare{.queue = "other"}).add(QueueDeclare{.queue = "alone"});
  for (const char* queue : {"q", "other"}) add(QueueBind{.queue = queue, .exchange = "amq.fanout"});
  add(QueueBind{.queue = "alone", .exchange = "amq.direct", .routing_key = "alone"}).read();
  const std::string large(5'000, 'x'), larger(9'000, 'y');
  for (const std::string& body :
       {std::string("1"), large, std::string("2"), std::string("3"), larger, std::string("4")}) {
    publish("any", body, {}, "amq.fanout");
  }
  publish("alone", large, {}, "amq.direct").publish("alone", large, {}, "amq.direct").read();
  EXPECT_THAT(queues_.enqueued_parts, ElementsAre(2 * 5 + 1));
  std::vector<std::vector<broker::Delivery>> ready;
  for (const char* queue : {"q", "other"}) {
    std::vector<std::string> bodies;
    for (const broker::Delivery& one : ready.emplace_back(queues_.ready_in(entities_.queue(queue)->ref))) {
      bodies.emplace_back(as_text(*one.record.value));
    }
    EXPECT_THAT(bodies, ElementsAre("1", large, "2", "3", larger, "4"));
  }
  for (std::size_t i = 0; i < 6; ++i) {
    bool is_large = i == 1 || i == 4;
    EXPECT_EQ(ready[0][i].record.value->data() == ready[1][i].record.value->data(), is_large) << i;
  }
}

// What is handed on together is taken or refused as a whole.
TEST_F(AmqpTurn, AQueueThatMayBeFullIsAskedForEachMessage) {
  add(QueueDeclare{.queue = "small", .arguments = {{"x-max-length", 2}, {"x-overflow", std::string("reject-publish")}}})
      .read();
  for (const char* key : {"small", "q", "small", "q", "small"}) publish(key, "x");
  read();
  EXPECT_THAT(queues_.enqueued_parts, ElementsAre(4));
  EXPECT_EQ(counts("small").ready, 3u);
  EXPECT_EQ(counts("q").ready, 2u);
}

// Of one channel and one destination: what a queue takes its time for holds up no log topic's messages behind it.
TEST_F(AmqpTurn, AReadsMessagesAreBehindThoseOfTheReadBeforeInEachLogTopic) {
  std::shared_ptr<const cluster::Topic> events = topics_.add("events", 1);
  add(ConfirmSelect{.nowait = true}).read();
  client_.out.take();
  queues_.hold_answers = true;
  publish("q", "1").publish("events", "1").read();
  publish("events", "2").read();
  EXPECT_THAT(logs_.bodies(events->partition(0)), ElementsAre("1", "2"));
  EXPECT_THAT(confirms(), ElementsAre(BasicAck{3, false})) << "the first read is answered as a whole";
  queues_.let_go();
  simulation_.run_for(std::chrono::milliseconds(10));
  EXPECT_THAT(confirms(), ElementsAre(BasicAck{2, true}));
}

TEST_F(AmqpTurn, WhatIsDelayedWaitsForNoQueue) {
  add(ExchangeDeclare{.exchange = "later", .type = "x-delayed-message", .arguments = {{"x-delayed-type", "direct"}}})
      .read();
  queues_.hold_answers = true;
  publish("q", "1");
  publish("q", "2", {.headers = PropertyTable{{"x-delay", 1'000}}}, "later").read();
  EXPECT_THAT(delays_.waiting, SizeIs(1));
  queues_.let_go();
}

TEST_F(AmqpTurn, AllAcknowledgementsAreOneCallWithOneRangePerRun) {
  for (int i = 0; i < 5; ++i) publish("q", "x");
  add(BasicConsume{.queue = "q"}).read();
  for (std::uint64_t tag : {1, 2, 4, 5}) add(BasicAck{tag, false});
  read();
  ASSERT_THAT(queues_.settled, SizeIs(1));
  EXPECT_THAT(queues_.settled[0], SizeIs(2));
  EXPECT_EQ(counts("q").unsettled, 1u);
}

TEST_F(AmqpTurn, WhatIsPublishedBeforeAMethodThatWaitsIsThereForIt) {
  publish("q", "1").publish("q", "2").add(QueuePurge{.queue = "q"}).publish("q", "3").read();
  EXPECT_EQ(counts("q").ready, 1u);
  EXPECT_EQ(client_.unanswered_messages, 0u);
  EXPECT_EQ(client_.unanswered_bytes, 0u);
}

TEST_F(AmqpTurn, NothingIsCountedForEverWhenAChannelClosesOverWaitingMethods) {
  add(QueueDeclare{.queue = "none", .passive = true}).publish("q", "1").publish("q", "2").read();
  EXPECT_EQ(counts("q").ready, 0u);
  EXPECT_EQ(client_.unanswered_messages, 0u);
  EXPECT_EQ(client_.unanswered_bytes, 0u);
}

TEST_F(AmqpTurn, WhateverCommandsPutInLineForAClientThatDoesNotReadIsLimited) {
  const PropertyTable headers{{"h", std::string(100'000, 'x')}};
  auto publish_to_nobody = [&](int times) {
    for (int i = 0; i < times; ++i) {
      add(BasicPublish{.routing_key = "nobody", .mandatory = true});
      write_content(1, *encode_properties({.headers = headers}), SharedBytes(), 0, in_);
    }
    read();
  };
  publish_to_nobody(100);
  EXPECT_FALSE(client_.overloaded());
  publish_to_nobody(100);
  EXPECT_TRUE(client_.overloaded());
  client_.out.take();
  EXPECT_FALSE(client_.overloaded());
}

TEST_F(AmqpTurn, DeliveriesAreNotWhatCommandsHavePutInLine) {
  const std::string body(100'000, 'x');
  for (int i = 0; i < 201; ++i) publish("q", body);
  add(BasicConsume{.queue = "q", .no_ack = true}).read();
  EXPECT_GT(client_.out.size_bytes(), 20'000'000u);
  EXPECT_LT(client_.unsent_bytes(), 1'000u);
}

}  // namespace
}  // namespace wharf::amqp091
