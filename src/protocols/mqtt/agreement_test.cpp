// What client and server agree on at CONNECT, and keep to.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttAgreement : public DoorTest {
 protected:
  MqttAgreement()
      : DoorTest({.max_packet_bytes = 4'096,
                  .keep_alive_max_s = 30,
                  .receive_maximum = 5,
                  .topic_alias_maximum = 3,
                  .session_expiry_max = std::chrono::seconds(60)}) {}
};

TEST_F(MqttAgreement, ConnAckTellsWhatIsOtherwiseThanAsked) {
  Connect asked = lasting("c");
  asked.keep_alive_s = 600;
  Peer& peer = connect();
  peer.send(asked);
  ConnAck told = peer.next<ConnAck>();
  EXPECT_EQ(told.code, 0);
  EXPECT_EQ(told.properties.server_keep_alive_s, 30);
  EXPECT_EQ(told.properties.session_expiry_s, 60u);
  EXPECT_EQ(told.properties.receive_maximum, 5);
  EXPECT_EQ(told.properties.topic_alias_maximum, 3);
  EXPECT_EQ(told.properties.maximum_packet_bytes, 4'096u);
  EXPECT_FALSE(told.properties.assigned_client_id);
}

TEST_F(MqttAgreement, TheServersKeepAliveIsWhatAClientIsHeldTo) {
  Connect asked = lasting("c");
  asked.keep_alive_s = 600;
  Peer& peer = open(asked);
  EXPECT_FALSE(peer.until([&] { return peer.ended(); }, std::chrono::seconds(44)));
  peer.send(PingReq{});
  peer.next<PingResp>();
  EXPECT_FALSE(peer.until([&] { return peer.ended(); }, std::chrono::seconds(44)));
  EXPECT_EQ(peer.next<Disconnect>().reason, ReasonCode::kKeepAliveTimeout);
}

TEST_F(MqttAgreement, ASessionLivesNoLongerThanTheServerSaid) {
  for (int wait_s : {50, 70}) {
    leave(open(lasting("c")));
    simulation_.run_for(std::chrono::seconds(wait_s));
    Peer& peer = connect();
    peer.send(lasting("c"));
    EXPECT_EQ(peer.next<ConnAck>().session_present, wait_s < 60);
    leave(peer);
  }
}

TEST_F(MqttAgreement, WhatIsLargerThanAClientTakesIsPassedOverAndDoneWith) {
  Connect small = lasting("reader");
  small.properties.maximum_packet_bytes = 100;
  Peer& reader = open(small);
  EXPECT_EQ(reader.subscribe("t", 1), 1);
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("t", std::string(200, 'x')), ReasonCode::kSuccess);
  EXPECT_EQ(publisher.publish("t", "y"), ReasonCode::kSuccess);
  EXPECT_EQ(reader.message(), "y");
  leave(reader);
  Peer& again = open(lasting("reader"));
  EXPECT_TRUE(again.silent()) << "it does not wait for ever either";
}

TEST_F(MqttAgreement, APacketThatIsLargerThanTheServerTakesEndsTheConnection) {
  Peer& peer = open("c");
  std::string large(5'000, 'x');
  peer.send(Publish{.topic = "t", .properties = {}, .payload = as_bytes(large)});
  EXPECT_EQ(peer.next<Disconnect>().reason, ReasonCode::kPacketTooLarge);
}

TEST_F(MqttAgreement, AClientThatDoesNotWantToHearOfProblemsIsToldTheCodeAlone) {
  add_user("alice", ".*", "^$", ".*");
  for (bool quiet : {false, true}) {
    Connect asked = lasting("c", "alice");
    if (quiet) asked.properties.request_problem_information = 0;
    Peer& peer = open(asked);
    peer.send(Publish{.qos = 1, .topic = "t", .packet_id = 1, .properties = {}, .payload = {}});
    PubAck answer = peer.next<PubAck>();
    EXPECT_EQ(answer.reason, ReasonCode::kNotAuthorized);
    EXPECT_EQ(answer.properties.reason_string.has_value(), !quiet);
    leave(peer);
  }
}

class MqttFewSessions : public DoorTest {
 protected:
  MqttFewSessions() { restart_with("mqtt.sessions.max", "2"); }
};

TEST_F(MqttFewSessions, WhoWouldHaveOneMoreIsRefusedAndOthersComeAndGo) {
  int refused = 0;
  for (int i = 0; i < 12; ++i) {
    Peer& peer = connect();
    std::string name = "c" + std::to_string(i);
    peer.send(lasting(name));
    std::uint8_t code = peer.next<ConnAck>().code;
    if (code == 0) continue;
    EXPECT_EQ(code, static_cast<std::uint8_t>(ReasonCode::kQuotaExceeded));
    ++refused;
  }
  EXPECT_EQ(refused, 10) << "one on each of two shards";
  open("without a session");
}

class MqttFewRetained : public DoorTest {
 protected:
  MqttFewRetained() { restart_with("mqtt.retained.max", "20"); }
  std::size_t count_retained() {
    Peer& reader = open("reader");
    EXPECT_EQ(reader.subscribe("#", 0), 0);
    std::size_t count = 0;
    for (; reader.hears_something(std::chrono::seconds(1)); ++count) reader.next<Publish>();
    leave(reader);
    return count;
  }
};

TEST_F(MqttFewRetained, WhoWouldRetainOneMoreIsRefusedAndWhatIsThereCanBeReplacedAndCleared) {
  Peer& publisher = open("publisher");
  auto retain = [&](int topic, std::string_view payload) {
    ReasonCode reason = publisher.publish("r/" + std::to_string(topic), payload, true);
    simulation_.run_for(std::chrono::milliseconds(10));
    return reason;
  };
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(is_failure(retain(i, "x")));
  EXPECT_EQ(retain(20, "x"), ReasonCode::kQuotaExceeded);
  EXPECT_FALSE(is_failure(publisher.publish("r/20", "x"))) << "without being retained";
  EXPECT_FALSE(is_failure(retain(7, "y")));
  EXPECT_FALSE(is_failure(retain(20, ""))) << "there is nothing to clear";
  EXPECT_FALSE(is_failure(retain(3, "")));
  EXPECT_FALSE(is_failure(retain(20, "x")));
  EXPECT_EQ(retain(21, "x"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(count_retained(), 20u);
  publisher.send(Publish{.retain = true, .topic = "r/21", .properties = {}, .payload = as_bytes("x")});
  EXPECT_EQ(publisher.next<Disconnect>().reason, ReasonCode::kQuotaExceeded) << "QoS 0 has no other answer";
  restart();
  simulation_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(open("other").publish("r/30", "x", true), ReasonCode::kQuotaExceeded);
}

TEST_F(MqttFewRetained, WhatHasExpiredMakesRoomByItself) {
  Peer& publisher = open("publisher");
  for (int i = 0; i < 20; ++i) {
    std::string topic = "r/" + std::to_string(i);
    Publish publish{
        .qos = 1, .retain = true, .topic = topic, .packet_id = 1, .properties = {}, .payload = as_bytes("x")};
    publish.properties.message_expiry_s = i % 2 == 0 ? 5 : 5'000;
    publisher.send(publish);
    EXPECT_FALSE(is_failure(publisher.next<PubAck>().reason));
  }
  simulation_.run_for(std::chrono::seconds(10));
  EXPECT_EQ(publisher.publish("r/20", "x", true), ReasonCode::kQuotaExceeded);
  EXPECT_FALSE(is_failure(publisher.publish("r/0", "again", true))) << "and stays";
  simulation_.run_for(std::chrono::minutes(2));
  for (int i = 20; i < 29; ++i) {
    EXPECT_FALSE(is_failure(publisher.publish("r/" + std::to_string(i), "x", true)));
    simulation_.run_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(publisher.publish("r/29", "x", true), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(count_retained(), 20u);
}

}  // namespace
}  // namespace wharf::mqtt
