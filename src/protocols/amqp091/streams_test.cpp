// Streams: log topics that AMQP's clients declare, publish to and consume.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::Pair;

class AmqpStreams : public DoorTest {
 protected:
  static QueueDeclare stream(std::string name, PropertyTable more = {}) {
    more.push_back({"x-queue-type", std::string("stream")});
    return {.queue = std::move(name), .durable = true, .arguments = std::move(more)};
  }
  Peer& with_stream(std::uint16_t prefetch = 100) {
    Peer& peer = open();
    peer.send(stream("s"));
    EXPECT_EQ(peer.next<QueueDeclareOk>(), (QueueDeclareOk{"s", 0, 0}));
    peer.send(BasicQos{.prefetch_count = prefetch});
    peer.next<BasicQosOk>();
    return peer;
  }
  void publish(Peer& peer, std::initializer_list<const char*> bodies) {
    for (const char* body : bodies) peer.publish("", "s", body);
  }
  static BasicConsume from(PropertyValue offset, std::string tag = "c") {
    return {.queue = "s", .consumer_tag = std::move(tag), .arguments = {{"x-stream-offset", std::move(offset)}}};
  }
  void consume(Peer& peer, PropertyValue offset, std::string tag = "c") {
    peer.send(from(std::move(offset), std::move(tag)));
    peer.next<BasicConsumeOk>();
  }
  /// (x-stream-offset, body)
  std::pair<std::int64_t, std::string> next_of_stream(Peer& peer) {
    peer.next<BasicDeliver>();
    SeenMessage message = peer.content();
    PropertyTable headers = message.properties.headers.value_or(PropertyTable{});
    const PropertyValue* offset = find_property(headers, "x-stream-offset");
    const std::int64_t* number = offset ? offset->get_if<std::int64_t>() : nullptr;
    return {number ? *number : -1, message.body};
  }
  static std::pair<std::int64_t, std::string> at(std::int64_t offset, std::string body) {
    return {offset, std::move(body)};
  }
  std::string word(const char* text) { return text; }
};

TEST_F(AmqpStreams, AStreamIsATopicOfOnePartitionThatIsKeptAsItWasDeclared) {
  Peer& peer = open();
  peer.send(stream("s", {{"x-max-age", word("7D")}, {"x-max-length-bytes", 1'000'000}}));
  peer.next<QueueDeclareOk>();
  auto topic = topics_.topics(machine_.shard())->find("s");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic->partitions, 1);
  EXPECT_EQ(topic->overrides.at("retention.ms"), "604800000");
  EXPECT_EQ(topic->overrides.at("retention.bytes"), "1000000");
  for (const char* age : {"7D", "168h"}) {
    peer.send(stream("s", {{"x-max-age", word(age)}, {"x-max-length-bytes", 1'000'000}}));
    peer.next<QueueDeclareOk>();
  }
  peer.send(QueueDeclare{.queue = "s", .passive = true});
  EXPECT_EQ(peer.next<QueueDeclareOk>().queue, "s");
}

TEST_F(AmqpStreams, ATopicOfKafkasIsAStreamToo) {
  auto topic = topics_.add("events", 1);
  BatchBuilder batch({.compression = Compression::kGzip});
  RecordHeader header{"kind", as_bytes("a")};
  batch.append({.timestamp = {1'000}, .key = as_bytes("k"), .value = as_bytes("v"), .headers = std::span(&header, 1)});
  logs_.append(topic->partition(0), *batch.finish());
  Peer& peer = open();
  peer.send(stream("events"));
  EXPECT_EQ(peer.next<QueueDeclareOk>(), (QueueDeclareOk{"events", 1, 0}));
  peer.add(BasicQos{.prefetch_count = 1});
  peer.send(BasicConsume{.queue = "events", .arguments = {{"x-stream-offset", word("first")}}});
  peer.next<BasicQosOk>();
  peer.next<BasicConsumeOk>();
  EXPECT_EQ(peer.next<BasicDeliver>().routing_key, "events");
  SeenMessage message = peer.content();
  EXPECT_EQ(message.body, "v");
  EXPECT_EQ(message.properties.headers, (PropertyTable{{"kind", word("a")}, {"x-stream-offset", std::int64_t{0}}}));
}

struct Refusal {
  const char* close;
  std::function<void(Peer&)> ask;
};

TEST_F(AmqpStreams, WhatAStreamCannotBeClosesTheChannel) {
  with_stream();
  topics_.add("wide", 3);
  auto declare = [](QueueDeclare asked) { return [asked](Peer& peer) { peer.send(asked); }; };
  auto with = [](auto change) {
    QueueDeclare asked = stream("new");
    change(asked);
    return asked;
  };
  auto consume = [](BasicConsume asked, std::uint16_t prefetch) {
    return [asked, prefetch](Peer& peer) {
      peer.send(BasicQos{.prefetch_count = prefetch});
      peer.next<BasicQosOk>();
      peer.send(asked);
    };
  };
  const Refusal refusals[] = {
      {"406 PRECONDITION_FAILED - invalid property 'non-durable' for queue 'new' in vhost '/'",
       declare(with([](QueueDeclare& asked) { asked.durable = false; }))},
      {"406 PRECONDITION_FAILED - invalid property 'exclusive-owner' for queue 'new' in vhost '/'",
       declare(with([](QueueDeclare& asked) { asked.exclusive = true; }))},
      {"406 PRECONDITION_FAILED - invalid property 'auto-delete' for queue 'new' in vhost '/'",
       declare(with([](QueueDeclare& asked) { asked.auto_delete = true; }))},
      {"406 PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_stream_queue",
       declare(stream(""))},
      {"403 ACCESS_REFUSED - queue name 'amq.s' contains reserved prefix 'amq.*'", declare(stream("amq.s"))},
      {"406 PRECONDITION_FAILED - queue 'a b' in vhost '/' cannot be a stream: streams are log topics, whose names "
       "have up "
       "to 249 letters, digits, '.', '_' and '-'",
       declare(stream("a b"))},
      {"406 PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 's' in vhost '/': received 'classic' but "
       "current is 'stream'",
       declare({.queue = "s", .durable = true})},
      {"406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 's' in vhost '/': received 'false' but current "
       "is "
       "'true'",
       declare({.queue = "s"})},
      {"406 PRECONDITION_FAILED - inequivalent arg 'x-max-age' for queue 's' in vhost '/': received the value '7D' of "
       "type "
       "'longstr' but current is none",
       declare(stream("s", {{"x-max-age", std::string("7D")}}))},
      {"406 PRECONDITION_FAILED - consumer prefetch count is not set for stream queue 's' in vhost '/'",
       consume(from(std::string("first")), 0)},
      {"406 PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 's' in vhost '/': "
       "{invalid_stream_offset_arg,{longstr,<<\"10x\">>}}",
       consume(from(std::string("10x")), 1)},
      {"406 PRECONDITION_FAILED - stream queue 'wide' in vhost '/' has 3 partitions, which have no order among them: a "
       "stream is read from a topic of one",
       consume({.queue = "wide"}, 1)},
  };
  for (const Refusal& refusal : refusals) {
    Peer& peer = open();
    refusal.ask(peer);
    EXPECT_EQ(peer.channel_close(), refusal.close);
  }
}

TEST_F(AmqpStreams, WhatAStreamCannotDoClosesTheConnection) {
  with_stream();
  const Refusal refusals[] = {
      {"540 NOT_IMPLEMENTED - basic.get not supported by stream queues queue 's' in vhost '/'",
       [](Peer& peer) { peer.send(BasicGet{.queue = "s"}); }},
      {"540 NOT_IMPLEMENTED - queue.purge not supported by stream queues queue 's' in vhost '/'",
       [](Peer& peer) { peer.send(QueuePurge{.queue = "s"}); }},
      {"540 NOT_IMPLEMENTED - automatic acknowledgement not supported by stream queue 's' in vhost '/'",
       [](Peer& peer) {
         peer.send(BasicQos{.prefetch_count = 1});
         peer.next<BasicQosOk>();
         peer.send(BasicConsume{.queue = "s", .no_ack = true});
       }},
  };
  for (const Refusal& refusal : refusals) {
    Peer& peer = open();
    refusal.ask(peer);
    EXPECT_EQ(peer.connection_close(), refusal.close);
  }
}

TEST_F(AmqpStreams, WhatCannotBeReadIsNotTakenForEmpty) {
  publish(with_stream(), {"a"});
  logs_.failure = Error{ErrorCode::kStorage, "no such folder"};
  Peer& peer = open();
  peer.send(QueueDelete{.queue = "s", .if_empty = true});
  EXPECT_EQ(peer.connection_close(), "541 INTERNAL_ERROR - no such folder");
  EXPECT_TRUE(topics_.topics(machine_.shard())->find("s"));
}

TEST_F(AmqpStreams, AConsumersTagIsNotThatOfItsChannelsReplies) {
  Peer& peer = with_stream();
  peer.send(BasicConsume{.queue = "amq.rabbitmq.reply-to", .consumer_tag = "t", .no_ack = true});
  peer.next<BasicConsumeOk>();
  peer.send(from(word("first"), "t"));
  EXPECT_EQ(peer.connection_close(), "530 NOT_ALLOWED - attempt to reuse consumer tag 't'");
}

TEST_F(AmqpStreams, AConsumerBeginsWhereItAsks) {
  Peer& peer = with_stream();
  publish(peer, {"0", "1", "2"});
  struct Case {
    PropertyValue offset;
    std::vector<std::string> bodies;
  };
  const Case cases[] = {{word("first"), {"0", "1", "2"}},
                        {word("last"), {"2"}},
                        {word("next"), {}},
                        {1, {"1", "2"}},
                        {-1, {"0", "1", "2"}},
                        {100, {}},
                        {word("1h"), {"0", "1", "2"}},
                        {EpochSeconds{1}, {"0", "1", "2"}},
                        {EpochSeconds{~0ull}, {}}};
  for (const Case& one : cases) {
    consume(peer, one.offset);
    for (const std::string& body : one.bodies) EXPECT_EQ(next_of_stream(peer), at(std::stoll(body), body));
    EXPECT_TRUE(peer.silent());
    peer.send(BasicCancel{.consumer_tag = "c"});
    peer.next<BasicCancelOk>();
  }
}

TEST_F(AmqpStreams, AnAppendWakesThoseWhoHaveReadEverything) {
  Peer& peer = with_stream();
  Peer& other = open();
  consume(peer, word("next"));
  publish(other, {"a"});
  EXPECT_EQ(next_of_stream(peer), at(0, "a"));
  consume(peer, 2, "ahead");
  publish(other, {"b", "c"});
  EXPECT_EQ(next_of_stream(peer), at(1, "b"));
  std::vector<std::string> tags;
  tags.emplace_back(peer.next<BasicDeliver>().consumer_tag);
  EXPECT_EQ(peer.content().body, "c");
  tags.emplace_back(peer.next<BasicDeliver>().consumer_tag);
  EXPECT_EQ(peer.content().body, "c");
  EXPECT_THAT(tags, testing::UnorderedElementsAre("c", "ahead"));
}

TEST_F(AmqpStreams, AcknowledgementsGiveRoomAndTakeNothingAway) {
  Peer& peer = with_stream(2);
  publish(peer, {"0", "1", "2", "3", "4"});
  consume(peer, word("first"));
  EXPECT_THAT(peer.delivery(), Pair(1, "0"));
  EXPECT_THAT(peer.delivery(), Pair(2, "1"));
  EXPECT_TRUE(peer.silent());
  peer.send(BasicNack{.delivery_tag = 1, .requeue = true});
  EXPECT_THAT(peer.delivery(), Pair(3, "2"));
  EXPECT_TRUE(peer.silent());
  peer.send(BasicAck{.delivery_tag = 3, .multiple = true});
  EXPECT_THAT(peer.delivery(), Pair(4, "3"));
  EXPECT_THAT(peer.delivery(), Pair(5, "4"));
  EXPECT_TRUE(peer.silent());

  Peer& other = open();
  other.add(BasicQos{.prefetch_count = 5}).send(from(word("first")));
  other.next<BasicQosOk>();
  other.next<BasicConsumeOk>();
  for (std::uint64_t tag = 1; tag <= 5; ++tag) EXPECT_THAT(other.delivery(), Pair(tag, std::to_string(tag - 1)));
}

TEST_F(AmqpStreams, ACancelledConsumerGetsNothingMore) {
  Peer& peer = with_stream(1);
  publish(peer, {"0", "1"});
  consume(peer, word("first"));
  EXPECT_THAT(peer.delivery(), Pair(1, "0"));
  peer.send(BasicCancel{.consumer_tag = "c"});
  peer.next<BasicCancelOk>();
  peer.send(BasicAck{.delivery_tag = 1});
  EXPECT_TRUE(peer.silent());
  consume(peer, word("next"));  // the tag is free
}

TEST_F(AmqpStreams, ConsumersAreToldThatTheStreamIsGoneAlsoWithoutRoom) {
  Peer& peer = with_stream(1);
  publish(peer, {"0", "1"});
  consume(peer, word("first"), "full");
  EXPECT_THAT(peer.delivery(), Pair(1, "0"));
  consume(peer, word("next"), "waiting");
  open().send(QueueDelete{.queue = "s"});
  std::vector<std::string> tags;
  for (int n = 0; n < 2; ++n) tags.emplace_back(peer.next<BasicCancel>().consumer_tag);
  EXPECT_THAT(tags, testing::UnorderedElementsAre("full", "waiting"));
  peer.send(QueueDeclare{.queue = "s", .passive = true});
  EXPECT_EQ(peer.channel_close(), "404 NOT_FOUND - no queue 's' in vhost '/'");
}

TEST_F(AmqpStreams, AStreamIsBoundLikeAQueue) {
  Peer& peer = with_stream();
  peer.send(QueueBind{.queue = "s", .exchange = "amq.topic", .routing_key = "a.#"});
  peer.next<QueueBindOk>();
  peer.publish("amq.topic", "a.b", "bound");
  consume(peer, word("first"));
  BasicDeliver delivered = peer.next<BasicDeliver>();
  EXPECT_EQ(fmt::format("{} {}", delivered.exchange, delivered.routing_key), "amq.topic a.b");
  EXPECT_EQ(peer.content().body, "bound");
  peer.send(QueueUnbind{.queue = "s", .exchange = "amq.topic", .routing_key = "a.#"});
  peer.next<QueueUnbindOk>();
  peer.publish("amq.topic", "a.b", "lost");
  EXPECT_TRUE(peer.silent());
}

TEST_F(AmqpStreams, AnOffsetThatAPublisherMadeUpIsNotShown) {
  Peer& peer = with_stream();
  peer.publish("", "s", "x", {.headers = PropertyTable{{"a", 1}, {"x-stream-offset", std::int64_t{99}}, {"b", 2}}});
  consume(peer, word("first"));
  peer.next<BasicDeliver>();
  EXPECT_EQ(peer.content().properties.headers,
            (PropertyTable{{"a", 1}, {"b", 2}, {"x-stream-offset", std::int64_t{0}}}));
}

TEST_F(AmqpStreams, WhatRetentionHasTakenIsPassedOver) {
  Peer& peer = with_stream();
  publish(peer, {"0", "1", "2"});
  logs_.log_start[topics_.topics(machine_.shard())->find("s")->partition(0)] = Offset(2);
  consume(peer, 0);
  EXPECT_EQ(next_of_stream(peer), at(2, "2"));
  peer.send(QueueDeclare{.queue = "s", .passive = true});
  EXPECT_EQ(peer.next<QueueDeclareOk>().message_count, 1u);
}

TEST_F(AmqpStreams, ATransactionsAcknowledgementsGiveRoomAtItsCommit) {
  Peer& peer = with_stream(1);
  publish(peer, {"0", "1"});
  peer.send(TxSelect{});
  peer.next<TxSelectOk>();
  consume(peer, word("first"));
  EXPECT_THAT(peer.delivery(), Pair(1, "0"));
  peer.send(BasicAck{.delivery_tag = 1});
  EXPECT_TRUE(peer.silent());
  peer.send(TxCommit{});
  peer.next<TxCommitOk>();
  EXPECT_THAT(peer.delivery(), Pair(2, "1"));
}

TEST_F(AmqpStreams, OneReadsMessagesBecomeBatchesThatALogTakes) {
  Peer& peer = with_stream();
  std::string body(300'000, 'x');
  for (int i = 0; i < 6; ++i) peer.add_publish("", "s", body);
  peer.send_written();
  consume(peer, word("first"));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(next_of_stream(peer).first, i);
  EXPECT_GT(logs_.published.size(), 1u);
}

}  // namespace
}  // namespace wharf::amqp091
