// Sessions and retained messages on a disk that has lost some of them, or takes no more.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttDamage : public DoorTest {
 protected:
  void refuse_writes() {
    machine_->disk().set_errors({.write_one_in = 1, .sync_one_in = 1, .code = ErrorCode::kDiskFull});
  }
  void accept_writes() { machine_->disk().set_errors({}); }
  /// One bit of the first batch of each of the topic's partitions, while the node is down.
  void damage_first_batches(std::string_view topic) {
    auto found = node_->catalogue().topics(shard())->find(std::string(topic));
    ASSERT_TRUE(found);
    std::vector<std::string> folders;
    for (std::int32_t i = 0; i < found->partitions; ++i) folders.push_back(found->partition(i).folder());
    stop();
    constexpr std::uint64_t kWithinRecords = 75 * 8;
    int damaged = 0;
    for (const std::string& folder : folders)
      damaged += machine_->disk().flip_bit("data/logs/" + folder + "/00000000000000000000.log", kWithinRecords) ? 1 : 0;
    EXPECT_GT(damaged, 0);
    start();
  }
};

TEST_F(MqttDamage, OfSessionsCostsThoseThatItHasHit) {
  constexpr int kSessions = 24;
  for (int i = 0; i < kSessions; ++i) {
    Peer& peer = open(lasting("c" + std::to_string(i)));
    EXPECT_EQ(peer.subscribe("t", 1), 1);
    leave(peer);
  }
  damage_first_batches("__sessions");
  int present = 0;
  for (int i = 0; i < kSessions; ++i) {
    Peer& peer = connect();
    peer.send(lasting("c" + std::to_string(i)));
    ConnAck answer = peer.next<ConnAck>();
    EXPECT_EQ(answer.code, 0);
    present += answer.session_present ? 1 : 0;
  }
  EXPECT_GE(present, kSessions - 8);
}

TEST_F(MqttDamage, OfRetainedMessagesCostsThoseThatItHasHit) {
  constexpr int kMessages = 40;
  Peer& publisher = open("publisher");
  for (int i = 0; i < kMessages; ++i)
    EXPECT_EQ(publisher.publish("r/" + std::to_string(i), "x", true), ReasonCode::kSuccess);
  damage_first_batches("__retained");
  Peer& reader = open("reader");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(reader.subscribe("r/#", 0), 0);
    int came = 0;
    while (reader.hears_something(std::chrono::seconds(2))) {
      reader.next<Publish>();
      ++came;
    }
    EXPECT_FALSE(reader.ended());
    EXPECT_LT(came, kMessages);
    EXPECT_GE(came, kMessages - 4);
  }
}

TEST_F(MqttDamage, ADiskThatTakesNoMoreHoldsNoSubscriberUp) {
  Peer& publisher = open("publisher");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(publisher.publish("r/" + std::to_string(i), "x", true), ReasonCode::kSuccess);
  refuse_writes();
  for (int i = 0; i < 10; ++i) {
    std::string topic = "r/" + std::to_string(i);
    publisher.add(Publish{.qos = 1, .retain = true, .topic = topic, .packet_id = 5, .properties = {}, .payload = {}});
  }
  publisher.start_sending();
  simulation_.run_for(std::chrono::seconds(1));
  for (int i = 0; i < 3; ++i) {
    Peer& reader = open("reader" + std::to_string(i));
    EXPECT_EQ(reader.subscribe("r/#", 0), 0);
    for (int k = 0; k < 10; ++k) EXPECT_EQ(reader.message(), "x");
    EXPECT_FALSE(reader.ended());
  }
  accept_writes();
}

TEST_F(MqttDamage, ACleanStartCountsOnceItIsOnDisk) {
  Peer& first = open(lasting("c"));
  first.send(Publish{.qos = 2, .topic = "u", .packet_id = 5, .properties = {}, .payload = {}});
  first.next<PubRec>();
  first.cut();
  simulation_.run_for(std::chrono::seconds(1));
  refuse_writes();
  Peer& clean = connect();
  clean.send(Connect{.properties = {}, .client_id = "c", .will = {}, .user = "guest", .password = as_bytes("guest")});
  if (clean.hears_something(std::chrono::seconds(60))) EXPECT_NE(clean.next<ConnAck>().code, 0);
  accept_writes();
  simulation_.run_for(std::chrono::seconds(60));
  restart();
  Peer& again = connect();
  again.send(lasting("c"));
  EXPECT_FALSE(again.next<ConnAck>().session_present);
}

TEST_F(MqttDamage, ASessionEndsInTimeThoughItCouldNotBeTakenMeanwhile) {
  Connect brief = lasting("c");
  brief.properties.session_expiry_s = 20;
  Peer& first = open(brief);
  EXPECT_EQ(first.subscribe("t", 1), 1);
  leave(first);
  refuse_writes();
  Peer& refused = connect();
  refused.send(brief);
  EXPECT_FALSE(refused.hears_something(std::chrono::seconds(60)) && refused.next<ConnAck>().code == 0);
  accept_writes();
  simulation_.run_for(std::chrono::seconds(60));
  Peer& late = connect();
  late.send(brief);
  EXPECT_FALSE(late.next<ConnAck>().session_present);
}

}  // namespace
}  // namespace wharf::mqtt
