// What waits for a client that does not keep up, or is away: so much, the newest of it, and what went is counted.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

constexpr QueueLimits kQos0{50, 100'000};
constexpr QueueLimits kSession{10, 20'000};

class MqttSlowSubscriber : public DoorTest {
 protected:
  MqttSlowSubscriber() : DoorTest({.qos0_queue = kQos0, .session_queue = kSession}) {}

  void publish(int count, std::size_t bytes) {
    Peer& publisher = open("publisher");
    for (int i = 1; i <= count; ++i) {
      std::string payload = std::to_string(i);
      payload.resize(std::max(bytes, payload.size()), ' ');
      ASSERT_EQ(publisher.publish("fast", payload), ReasonCode::kSuccess);
    }
  }
  /// The numbers of what comes until nothing more does.
  std::vector<int> numbers(Peer& peer) {
    std::vector<int> all;
    while (peer.hears_something(std::chrono::seconds(2))) all.push_back(std::stoi(peer.message()));
    return all;
  }
  std::uint64_t dropped() {
    return simulation_.run(shard(), node_->operate().queue_sums(shard())).traffic.total(queue::QueueEvent::kDropped);
  }
};

TEST_F(MqttSlowSubscriber, AtQosZeroMissesTheOldestOfWhatHadNoRoom) {
  Peer& slow = open("slow");
  ASSERT_EQ(slow.subscribe("fast", 0), 0);
  slow.stop_reading();
  publish(1'000, 1'500);
  std::uint64_t lost = dropped();
  EXPECT_GT(lost, 0u);
  slow.go_on_reading();
  std::vector<int> got = numbers(slow);
  EXPECT_EQ(got.size(), 1'000 - lost);
  EXPECT_EQ(got.back(), 1'000);
  EXPECT_TRUE(std::ranges::is_sorted(got));
  EXPECT_EQ(got[got.size() - kQos0.messages], 1'000 - static_cast<int>(kQos0.messages) + 1)
      << "the newest, without a gap";
  leave(slow);
  EXPECT_EQ(dropped(), lost) << "counted on when the queue is gone";
}

TEST_F(MqttSlowSubscriber, AtQosZeroHasNoMoreBytesWaitingThanItMay) {
  Peer& slow = open("slow");
  ASSERT_EQ(slow.subscribe("fast", 0), 0);
  slow.stop_reading();
  publish(100, 15'000);
  broker::QueueSums waiting = simulation_.run(shard(), node_->operate().queue_sums(shard()));
  EXPECT_LE(waiting.ready_bytes, kQos0.bytes);
  EXPECT_GT(waiting.ready_bytes, kQos0.bytes / 2);
}

TEST_F(MqttSlowSubscriber, ASessionWhoseClientIsAwayHoldsTheNewest) {
  Peer& away = open(lasting("away"));
  ASSERT_EQ(away.subscribe("fast", 1), 1);
  leave(away);
  publish(25, 100);
  EXPECT_EQ(dropped(), 15u);
  EXPECT_EQ(numbers(open(lasting("away"))), (std::vector{16, 17, 18, 19, 20, 21, 22, 23, 24, 25}));
}

TEST_F(MqttSlowSubscriber, ASessionWhoseClientIsAwayHoldsNoMoreBytesThanItMay) {
  Peer& away = open(lasting("away"));
  ASSERT_EQ(away.subscribe("fast", 1), 1);
  leave(away);
  publish(9, 6'000);
  EXPECT_EQ(dropped(), 6u);
  restart();
  EXPECT_EQ(numbers(open(lasting("away"))), (std::vector{7, 8, 9}));
}

TEST_F(MqttSlowSubscriber, AtQosOneHoldsWhatItHasNotAcknowledgedBesides) {
  Connect connect = lasting("slow");
  connect.properties.receive_maximum = 5;
  Peer& slow = open(connect);
  ASSERT_EQ(slow.subscribe("fast", 1), 1);
  slow.stop_reading();
  publish(25, 100);
  EXPECT_EQ(dropped(), 10u);
  slow.go_on_reading();
  EXPECT_EQ(numbers(slow), (std::vector{1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25}));
}

}  // namespace
}  // namespace wharf::mqtt
