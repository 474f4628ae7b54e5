// Shared subscriptions of sessions that last, and queues of sessions that somebody takes away.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttSharing : public DoorTest {
 protected:
  static constexpr std::string_view kFilter = "$share/g/jobs/#";
  static constexpr std::string_view kQueue = "mqtt-shared-g/jobs/#";

  bool is_there(std::string_view queue) { return node_->entities().find(shard(), "/")->queue(queue) != nullptr; }
  /// 0x10 where nobody gets it.
  ReasonCode publish(std::string_view payload) {
    Peer& publisher = open("publisher");
    ReasonCode reason = publisher.publish("jobs/1", payload);
    leave(publisher);
    return reason;
  }
  /// By a client's name, or its CONNECT.
  template <class Client>
  Peer& join(const Client& client) {
    Peer& peer = open(client);
    EXPECT_EQ(peer.subscribe(kFilter, 1), 1);
    return peer;
  }
  void unsubscribe(Peer& peer) {
    peer.send(Unsubscribe{.packet_id = 2, .properties = {}, .filters = {kFilter}});
    EXPECT_EQ(peer.next<UnsubAck>().codes.front(), static_cast<std::uint8_t>(ReasonCode::kSuccess));
  }
  /// Its session ends.
  void end_session(std::string_view client) { leave(open(client)); }
};

TEST_F(MqttSharing, MessagesWaitWhileAllMembersAreAway) {
  for (std::string_view member : {"one", "two"}) leave(join(lasting(member)));
  EXPECT_EQ(publish("a"), ReasonCode::kSuccess);
  kill_and_start();
  EXPECT_EQ(publish("b"), ReasonCode::kSuccess);
  Peer& peer = open(lasting("two"));
  EXPECT_EQ(peer.message(), "a");
  EXPECT_EQ(peer.message(), "b");
}

TEST_F(MqttSharing, TheQueueGoesWithTheLastSessionThatHasAPartInIt) {
  for (std::string_view member : {"one", "two", "three"}) leave(join(lasting(member)));
  end_session("one");
  EXPECT_EQ(publish("a"), ReasonCode::kSuccess);
  restart();
  end_session("two");
  EXPECT_TRUE(is_there(kQueue));
  Peer& last = open(lasting("three"));
  EXPECT_EQ(last.message(), "a");
  unsubscribe(last);
  EXPECT_FALSE(is_there(kQueue));
  EXPECT_EQ(publish("b"), ReasonCode::kNoMatchingSubscribers);
}

TEST_F(MqttSharing, AGuestInAGroupThatLastsLeavesItAsItIs) {
  Peer& member = join(lasting("member"));
  Peer& guest = join("guest");
  leave(guest);
  EXPECT_TRUE(is_there(kQueue));
  Peer& other = join("other");
  leave(member);
  end_session("member");
  EXPECT_TRUE(is_there(kQueue));
  EXPECT_EQ(publish("a"), ReasonCode::kSuccess);
  EXPECT_EQ(other.message(), "a");
  leave(other);
  EXPECT_TRUE(other.until([&] { return !is_there(kQueue); }));
}

TEST_F(MqttSharing, AGuestThatIsCutOffByAKillLeavesNoQueueBehind) {
  Peer& member = join(lasting("member"));
  join("guest");
  leave(member);
  end_session("member");
  EXPECT_TRUE(is_there(kQueue));
  kill_and_start();
  EXPECT_FALSE(is_there(kQueue));
}

TEST_F(MqttSharing, WhoHasLeftAGuestsGroupHasNoPartInOneThatIsBegunAnew) {
  Peer& guest = join("guest");
  Peer& left = join(lasting("left"));
  unsubscribe(left);
  leave(guest);
  Peer& other = join(lasting("other"));
  unsubscribe(other);
  EXPECT_FALSE(is_there(kQueue));
}

TEST_F(MqttSharing, AGroupWithoutSessionsThatLastGoesWithItsConnections) {
  leave(join("one"));
  EXPECT_EQ(publish("a"), ReasonCode::kNoMatchingSubscribers);
}

TEST_F(MqttSharing, WhoseQueueIsDeletedIsToldAndHasItAnewWhenItComesBack) {
  Peer& peer = open(lasting("reader"));
  EXPECT_EQ(peer.subscribe("jobs/#", 1), 1);
  auto deleted =
      simulation_.run(shard(), node_->entities().delete_queue(shard(), "/", "mqtt-subscription-readerqos1", {}));
  EXPECT_TRUE(deleted);
  EXPECT_EQ(peer.next<Disconnect>().reason, ReasonCode::kAdministrativeAction);
  EXPECT_TRUE(peer.until([&] { return peer.ended(); }));
  Peer& again = open(lasting("reader"));
  EXPECT_TRUE(again.until([&] { return publish("a") == ReasonCode::kSuccess; })) << "CONNACK comes before it is bound";
  EXPECT_EQ(again.message(), "a");
}

TEST_F(MqttSharing, BindingsThatAreMissingAreMadeWhenTheSessionComesBack) {
  Peer& peer = open(lasting("reader"));
  EXPECT_EQ(peer.subscribe("jobs/#", 1), 1);
  leave(peer);
  routing::Binding binding{
      "amq.topic", {routing::DestinationKind::kQueue, "mqtt-subscription-readerqos1"}, "jobs.#", {}};
  EXPECT_TRUE(simulation_.run(shard(), node_->entities().unbind(shard(), "/", binding)));
  EXPECT_EQ(publish("lost"), ReasonCode::kNoMatchingSubscribers);
  Peer& again = open(lasting("reader"));
  EXPECT_TRUE(again.until([&] { return publish("a") == ReasonCode::kSuccess; }));
  EXPECT_EQ(again.message(), "a");
}

}  // namespace
}  // namespace wharf::mqtt
