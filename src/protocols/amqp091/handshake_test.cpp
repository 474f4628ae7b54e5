// From the first byte to the first channel, and how connections end.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

class AmqpHandshake : public DoorTest {
 protected:
  /// After connection.start.
  Peer& greeted() {
    Peer& peer = connect();
    peer.send_raw(kProtocolHeader);
    start_ = peer.next<ConnectionStart>(0);
    return peer;
  }
  Peer& tuning() {
    Peer& peer = greeted();
    peer.send(login(), 0);
    tune_ = peer.next<ConnectionTune>(0);
    return peer;
  }
  /// A heartbeat each second.
  static runtime::Task<void> beat(runtime::Shard* shard, Peer* peer, int count) {
    runtime::Signal never(*shard);
    for (int i = 0; i < count; ++i) {
      std::ignore = co_await never.wait_until(shard->now() + 1s);
      write_heartbeat(peer->out);
      co_await peer->write_written();
    }
  }

  ConnectionStart start_;
  ConnectionTune tune_;
};

TEST_F(AmqpHandshake, TheBrokerIsARabbitMqWithAllItsCapabilities) {
  greeted();
  EXPECT_EQ(*find_property(start_.server_properties, "product")->text(), "RabbitMQ");
  EXPECT_EQ(*find_property(start_.server_properties, "version")->text(), "3.13.7");
  const auto* capabilities = find_property(start_.server_properties, "capabilities")->get_if<PropertyTable>();
  for (const char* name : {"publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
                           "exchange_exchange_bindings", "consumer_priorities", "authentication_failure_close",
                           "per_consumer_qos", "direct_reply_to"}) {
    EXPECT_EQ(find_property(*capabilities, name)->alternatives(), PropertyValue(true).alternatives()) << name;
  }
}

TEST_F(AmqpHandshake, LoginByEitherMechanismLeadsToTheLimits) {
  tuning();
  EXPECT_EQ(tune_, (ConnectionTune{2047, 131'072, 60}));
  Peer& other = greeted();
  Writer table;
  write_table(table, {{"LOGIN", std::string("guest")}, {"PASSWORD", std::string("guest")}});
  other.send(ConnectionStartOk{.mechanism = "AMQPLAIN", .response = {std::string(as_text(table.bytes_since(4)))}}, 0);
  EXPECT_EQ(other.next<ConnectionTune>(0), tune_);
}

TEST_F(AmqpHandshake, AWrongPasswordIsToldToThoseWhoUnderstand) {
  Peer& peer = greeted();
  peer.send(login("guest", "wrong"), 0);
  EXPECT_EQ(peer.connection_close(),
            "403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker "
            "logfile.");
  Peer& old = greeted();
  ConnectionStartOk answer = login("guest", "wrong");
  answer.client_properties.clear();
  old.send(answer, 0);
  EXPECT_TRUE(old.until([&] { return old.ended; }));
  EXPECT_TRUE(old.heard.empty());
}

TEST_F(AmqpHandshake, AFirstFrameMayBeLargerThanTheSmallestFrameMax) {
  Peer& peer = greeted();
  ConnectionStartOk answer = login();
  answer.client_properties.push_back({"token", std::string(12'000, 'x')});
  peer.send(answer, 0);
  peer.next<ConnectionTune>(0);
  peer.add(ConnectionTuneOk{0, 4096, 0}, 0).send(ConnectionOpen{}, 0);
  peer.next<ConnectionOpenOk>(0);
}

TEST_F(AmqpHandshake, MoreThanWasOfferedIsRefused) {
  auto refusal = [&](ConnectionTuneOk answer) {
    Peer& peer = tuning();
    peer.send(answer, 0);
    return peer.connection_close();
  };
  EXPECT_EQ(refusal({5000, 131'072, 0}),
            "530 NOT_ALLOWED - negotiated channel_max = 5000 is higher than the maximum allowed value (2047)");
  EXPECT_EQ(refusal({10, 200'000, 0}),
            "530 NOT_ALLOWED - negotiated frame_max = 200000 is higher than the maximum allowed value (131072)");
  EXPECT_EQ(refusal({10, 4095, 0}),
            "530 NOT_ALLOWED - negotiated frame_max = 4095 is lower than the minimum allowed value (4096)");
}

TEST_F(AmqpHandshake, AnUnknownVirtualHostIsAnOrderlyClose) {
  Peer& peer = tuning();
  peer.add(ConnectionTuneOk{0, 0, 0}, 0).send(ConnectionOpen{.virtual_host = "nope"}, 0);
  EXPECT_EQ(peer.connection_close(), "530 NOT_ALLOWED - vhost nope not found");
}

TEST_F(AmqpHandshake, OtherVersionsAreToldOfThisOneAndOthersInTheirOwnWords) {
  auto answer_to = [&](std::string_view bytes) {
    Peer& peer = connect();
    peer.raw = true;
    peer.send_raw(as_bytes(bytes));
    EXPECT_TRUE(peer.until([&] { return peer.ended; }));
    return std::string(as_text(peer.unframed));
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(answer_to("AMQP\x00\x01\x00\x00"sv), "AMQP\x00\x00\x09\x01"sv);
  EXPECT_EQ(answer_to("AMQP\x03\x01\x00\x00"sv), "AMQP\x00\x00\x09\x01"sv);
  EXPECT_EQ(answer_to("AMQP\x01\x01\x00\x08"sv), "AMQP\x00\x00\x09\x01"sv);
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\n\r\n"sv), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(answer_to("whatever this is"sv), "AMQP\x00\x00\x09\x01"sv);
}

TEST_F(AmqpHandshake, WhoSaysNothingIsNotWaitedForForever) {
  Peer& peer = connect();
  EXPECT_TRUE(peer.until([&] { return peer.ended; }, 20s));
  Peer& slow = greeted();
  EXPECT_TRUE(slow.until([&] { return slow.ended; }, 20s));
}

TEST_F(AmqpHandshake, HeartbeatsComeAndASilentClientIsGone) {
  Peer& peer = tuning();
  peer.add(ConnectionTuneOk{0, 0, 2}, 0).send(ConnectionOpen{}, 0);
  peer.next<ConnectionOpenOk>(0);
  simulation_.run(machine_.shard(), beat(&machine_.shard(), &peer, 10));
  EXPECT_FALSE(peer.ended);
  EXPECT_GE(peer.heartbeats, 5);
  EXPECT_TRUE(peer.until([&] { return peer.ended; }, 8s));
}

TEST_F(AmqpHandshake, AHeartbeatOfOneSecondIsSentTwiceASecond) {
  Peer& peer = tuning();
  peer.add(ConnectionTuneOk{0, 0, 1}, 0).send(ConnectionOpen{}, 0);
  peer.next<ConnectionOpenOk>(0);
  simulation_.run(machine_.shard(), beat(&machine_.shard(), &peer, 5));
  EXPECT_FALSE(peer.ended);
  EXPECT_GE(peer.heartbeats, 8);
  EXPECT_LE(peer.heartbeats, 12);
}

TEST_F(AmqpHandshake, EitherSideClosesAnAgreedConnection) {
  Peer& peer = open();
  peer.send(ConnectionClose{.reply_code = 200, .reply_text = "bye"}, 0);
  peer.next<ConnectionCloseOk>(0);
  EXPECT_TRUE(peer.until([&] { return peer.ended; }));

  Peer& other = open();
  simulation_.run(machine_.shard(), port_.close());
  EXPECT_EQ(other.connection_close(),
            "320 CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
}

TEST_F(AmqpHandshake, AfterTheBrokersCloseEverythingIsPassedOverUntilTheAnswer) {
  Peer& peer = open();
  peer.send(BasicQos{.prefetch_count = 1}, 2);
  EXPECT_EQ(peer.next<ConnectionClose>(0).reply_text, "CHANNEL_ERROR - expected 'channel.open'");
  peer.add(QueueDeclare{.queue = "jobs"}).send(BasicQos{}, 3);
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(entities_.queue("jobs"), nullptr);
  peer.send(ConnectionCloseOk{}, 0);
  EXPECT_TRUE(peer.until([&] { return peer.ended; }));
}

TEST_F(AmqpHandshake, ASecretIsUpdatedAndAnAccessTicketGivenToWhoeverAsks) {
  Peer& peer = open();
  peer.send(ConnectionUpdateSecret{{"new"}, "it ran out"}, 0);
  peer.next<ConnectionUpdateSecretOk>(0);
  peer.send(AccessRequest{});
  EXPECT_EQ(peer.next<AccessRequestOk>().ticket, 1);
}

// --- what the client must not send

struct Mistake {
  const char* close;
  std::function<void(Peer&)> make;
};

std::vector<std::byte> frame(std::uint8_t type, std::uint16_t channel, std::string_view payload,
                             std::uint8_t end = 0xCE) {
  Writer writer;
  writer.integer(type);
  writer.integer(channel);
  writer.long_bytes(as_bytes(payload));
  writer.integer(end);
  ByteView bytes = writer.bytes_since(0);
  return {bytes.begin(), bytes.end()};
}

const Mistake kMistakes[] = {
    {"501 FRAME_ERROR - there is no frame type 7", [](Peer& p) { p.send_raw(frame(7, 1, "")); }},
    {"501 FRAME_ERROR - a frame of 0 bytes ends in 0x00, not in 0xce", [](Peer& p) { p.send_raw(frame(1, 1, "", 0)); }},
    {"502 SYNTAX_ERROR - basic.consume: ticket reaches past the end of the frame",
     [](Peer& p) { p.send_raw(frame(1, 1, {"\0\x3c\0\x14", 4})); }},
    {"540 NOT_IMPLEMENTED - there is no method 99 in class 60",
     [](Peer& p) { p.send_raw(frame(1, 1, {"\0\x3c\0\x63", 4})); }},
    {"503 COMMAND_INVALID - unimplemented method", [](Peer& p) { p.send(QueueDeclareOk{}); }},
    {"503 COMMAND_INVALID - unimplemented method", [](Peer& p) { p.send(ConnectionOpen{}); }},
    {"504 CHANNEL_ERROR - unexpected method in connection state running", [](Peer& p) { p.send(ChannelOpen{}, 0); }},
    {"504 CHANNEL_ERROR - expected 'channel.open'", [](Peer& p) { p.send(BasicQos{}, 5); }},
    {"504 CHANNEL_ERROR - second 'channel.open' seen", [](Peer& p) { p.send(ChannelOpen{}); }},
    {"505 UNEXPECTED_FRAME - expected method frame, got non method frame instead",
     [](Peer& p) { p.send_raw(frame(2, 1, {"\0\x3c\0\0\0\0\0\0\0\0\0\0\0\0", 14})); }},
    {"505 UNEXPECTED_FRAME - expected method frame, got non method frame instead",
     [](Peer& p) { p.send_raw(frame(3, 5, "x")); }},
    {"505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead",
     [](Peer& p) { p.add(BasicPublish{}).send(BasicQos{}); }},
    {"540 NOT_IMPLEMENTED - immediate=true",
     [](Peer& p) {
       p.add(BasicPublish{.immediate = true});
       write_content(1, *encode_properties({}), {}, 0, p.out);
       p.send_written();
     }},
    {"540 NOT_IMPLEMENTED - prefetch_size!=0 (5)", [](Peer& p) { p.send(BasicQos{.prefetch_size = 5}); }},
    {"540 NOT_IMPLEMENTED - requeue=false", [](Peer& p) { p.send(BasicRecover{.requeue = false}); }},
    {"540 NOT_IMPLEMENTED - requeue=false", [](Peer& p) { p.send(BasicRecoverAsync{.requeue = false}); }},
    {"540 NOT_IMPLEMENTED - active=false", [](Peer& p) { p.send(ChannelFlow{.active = false}); }},
    {"503 COMMAND_INVALID - unknown exchange type 'bogus'",
     [](Peer& p) { p.send(ExchangeDeclare{.exchange = "x", .type = "bogus"}); }},
    {"530 NOT_ALLOWED - attempt to reuse consumer tag 't'",
     [](Peer& p) {
       p.add(QueueDeclare{.queue = "q"}).add(BasicConsume{.queue = "q", .consumer_tag = "t"});
       p.send(BasicConsume{.queue = "q", .consumer_tag = "t"});
       p.next<QueueDeclareOk>();
       p.next<BasicConsumeOk>();
     }},
};

TEST_F(AmqpHandshake, WhatBreaksTheProtocolClosesTheConnectionWithItsCode) {
  for (const Mistake& mistake : kMistakes) {
    SCOPED_TRACE(mistake.close);
    Peer& peer = open();
    mistake.make(peer);
    EXPECT_EQ(peer.connection_close(), mistake.close);
  }
}

struct AmqpLimits : DoorTest {
  AmqpLimits() : DoorTest({.channel_max = 2, .max_message_bytes = 10}) {}
};

TEST_F(AmqpLimits, MoreChannelsThanAgreedCloseTheConnection) {
  Peer& peer = open();
  peer.open_channel(9);
  peer.send(ChannelOpen{}, 3);
  EXPECT_EQ(peer.connection_close(),
            "530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)");
}

TEST_F(AmqpLimits, AMessageAboveTheLimitClosesItsChannelAndItsBodyIsPassedOver) {
  Peer& peer = open();
  peer.publish("", "q", "eleven byte");
  EXPECT_EQ(peer.channel_close(), "406 PRECONDITION_FAILED - message size 11 is larger than max size 10");
  peer.open_channel(1);
}

}  // namespace
}  // namespace wharf::amqp091
