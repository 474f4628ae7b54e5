// Whose a session is, and what its subscriptions keep.
#include <set>

#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttSessions : public DoorTest {
 protected:
  /// A session of alice's that waits, with one message.
  void leave_a_session() {
    add_user("alice");
    Peer& alice = open(lasting("c", "alice"));
    EXPECT_EQ(alice.subscribe("t", 1), 1);
    leave(alice);
    Peer& publisher = open("publisher");
    EXPECT_EQ(publisher.publish("t", "secret"), ReasonCode::kSuccess);
    leave(publisher);
  }
  /// What CONNACK says.
  std::uint8_t code_for(std::string_view user) {
    Peer& peer = connect();
    peer.send(lasting("c", user));
    return peer.next<ConnAck>().code;
  }
  Peer& come_back(std::string_view user, bool present) {
    Peer& peer = connect();
    peer.send(lasting("c", user));
    ConnAck answer = peer.next<ConnAck>();
    EXPECT_EQ(answer.code, 0);
    EXPECT_EQ(answer.session_present, present);
    return peer;
  }
  void allow_topics(std::string user, std::string read) {
    security::TopicPermission permission{std::move(user), "/", "amq.topic", ".*", std::move(read)};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().set_topic_permission(shard(), std::move(permission))));
  }
};

constexpr auto kRefused = static_cast<std::uint8_t>(ReasonCode::kNotAuthorized);

TEST_F(MqttSessions, AnotherUserWhoMayNotConfigureItsQueueIsRefused) {
  leave_a_session();
  add_user("mallory", "^$");
  EXPECT_EQ(code_for("mallory"), kRefused);
  restart();
  EXPECT_EQ(code_for("mallory"), kRefused);
  EXPECT_EQ(come_back("alice", true).message(), "secret");
  EXPECT_EQ(code_for("mallory"), kRefused);  // and does not end alice's connection
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("t", "more"), ReasonCode::kSuccess);
  EXPECT_EQ(peers_[peers_.size() - 3]->message(), "more");
}

TEST_F(MqttSessions, AnotherUserWhoMayBeginsANewOne) {
  leave_a_session();
  add_user("bob");
  Peer& bob = come_back("bob", false);
  EXPECT_TRUE(bob.silent());
  EXPECT_EQ(bob.subscribe("u", 1), 1);
  leave(bob);
  come_back("alice", false);
}

TEST_F(MqttSessions, WhatItsUserMayNotReadAnyMoreIsNotDelivered) {
  leave_a_session();
  {
    Peer& alice = come_back("alice", true);
    EXPECT_EQ(alice.message(), "secret");
    EXPECT_EQ(alice.subscribe("u", 1), 1);
    leave(alice);
  }
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("t", "not for her"), ReasonCode::kSuccess);
  EXPECT_EQ(publisher.publish("u", "for her"), ReasonCode::kSuccess);
  allow_topics("alice", "^u$");
  Peer& alice = come_back("alice", true);
  EXPECT_EQ(alice.message(), "for her");
  EXPECT_EQ(publisher.publish("t", "neither"), ReasonCode::kNoMatchingSubscribers);
  EXPECT_TRUE(alice.silent());
}

TEST_F(MqttSessions, WhoMayNotReadFromItsQueueAnyMoreDoesNotConnect) {
  leave_a_session();
  add_user("alice", ".*", ".*", "^amq");
  EXPECT_EQ(code_for("alice"), kRefused);
  add_user("alice");
  EXPECT_EQ(come_back("alice", true).message(), "secret");
}

TEST_F(MqttSessions, WhatWaitsForASubscriptionIsNotLostWhenItsQosChanges) {
  Connect one_at_a_time = lasting("c");
  one_at_a_time.properties.receive_maximum = 1;
  Peer& reader = open(one_at_a_time);
  EXPECT_EQ(reader.subscribe("t", 1), 1);
  Peer& publisher = open("publisher");
  for (std::string_view payload : {"1", "2", "3"}) EXPECT_EQ(publisher.publish("t", payload), ReasonCode::kSuccess);
  Publish first = reader.next<Publish>();
  std::uint16_t id = first.packet_id;
  EXPECT_EQ(reader.subscribe("t", 0), 0);
  EXPECT_TRUE(reader.silent());
  reader.send(PubAck{.packet_id = id});
  EXPECT_EQ(reader.message(), "2");
  EXPECT_EQ(reader.message(), "3");
  EXPECT_EQ(publisher.publish("t", "4"), ReasonCode::kSuccess);
  EXPECT_EQ(reader.message(), "4");
  EXPECT_TRUE(reader.silent());
}

TEST_F(MqttSessions, WhatWaitsForASubscriptionWhoseQosHasChangedSurvivesTheConnection) {
  Connect one_at_a_time = lasting("c");
  one_at_a_time.properties.receive_maximum = 1;
  Peer& reader = open(one_at_a_time);
  EXPECT_EQ(reader.subscribe("t", 1), 1);
  Peer& publisher = open("publisher");
  for (std::string_view payload : {"1", "2"}) EXPECT_EQ(publisher.publish("t", payload), ReasonCode::kSuccess);
  reader.next<Publish>();
  EXPECT_EQ(reader.subscribe("t", 0), 0);
  reader.cut();
  Peer& again = come_back("guest", true);
  EXPECT_EQ(again.message(), "1");
  EXPECT_EQ(again.message(), "2");
}

TEST_F(MqttSessions, ASubscriptionIsStillTheOldOneWhereTheNewOneIsRefused) {
  Peer& reader = open(lasting("c"));
  EXPECT_EQ(reader.subscribe("t", 1), 1);
  entities_->refuses_to_bind = true;
  EXPECT_EQ(reader.subscribe("t", 0), static_cast<std::uint8_t>(ReasonCode::kQuotaExceeded));
  EXPECT_EQ(reader.subscribe("u", 1), static_cast<std::uint8_t>(ReasonCode::kQuotaExceeded));
  entities_->refuses_to_bind = false;
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("t", "1"), ReasonCode::kSuccess);
  EXPECT_EQ(reader.message(), "1");
  reader.cut();
  Peer& again = come_back("guest", true);
  EXPECT_EQ(publisher.publish("t", "2"), ReasonCode::kSuccess);
  EXPECT_EQ(again.message(), "2");
  again.send(Unsubscribe{.packet_id = 1, .properties = {}, .filters = {"u"}});
  EXPECT_EQ(again.next<UnsubAck>().codes.front(), static_cast<std::uint8_t>(ReasonCode::kNoSubscriptionExisted));
}

TEST_F(MqttSessions, RetainedMessagesOfSeveralSubscriptionsComeBeforeTheyAreAcknowledged) {
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("r/1", "1", true), ReasonCode::kSuccess);
  EXPECT_EQ(publisher.publish("r/2", "2", true), ReasonCode::kSuccess);
  Peer& reader = open(lasting("c"));
  reader.send(Subscribe{.packet_id = 1, .properties = {}, .filters = {{"r/1", 1}, {"r/2", 1}}});
  reader.next<SubAck>();
  std::vector<std::uint16_t> ids;
  for (std::string_view payload : {"1", "2"}) {
    Publish publish = reader.next<Publish>();
    EXPECT_EQ(as_text(publish.payload), payload);
    ids.push_back(publish.packet_id);
  }
  for (std::uint16_t id : ids) reader.send(PubAck{.packet_id = id});
  simulation_.run_for(std::chrono::seconds(1));
  reader.cut();
  EXPECT_TRUE(open(lasting("c")).silent());
}

TEST_F(MqttSessions, RetainedMessagesThatWereNotAcknowledgedComeAgain) {
  constexpr int kMessages = 300;
  Peer& publisher = open("publisher");
  for (int i = 0; i < kMessages; ++i)
    EXPECT_EQ(publisher.publish("r/" + std::to_string(i), std::to_string(i), true), ReasonCode::kSuccess);
  Connect slowly = lasting("c");
  slowly.properties.receive_maximum = 10;
  std::set<std::string> acknowledged;
  int came = 0;
  for (int connection = 0; connection < 12; ++connection) {
    Peer& reader = open(slowly);
    if (connection == 0) EXPECT_EQ(reader.subscribe("r/#", 1), 1);
    for (int i = 0; i < 70 && reader.hears_something(std::chrono::seconds(1)); ++i, ++came)
      acknowledged.insert(reader.message());
    reader.cut();
  }
  EXPECT_EQ(acknowledged.size(), static_cast<std::size_t>(kMessages));
  EXPECT_LT(came, 2 * kMessages);
  Peer& reader = open(slowly);
  EXPECT_TRUE(reader.silent());
}

}  // namespace
}  // namespace wharf::mqtt
