// A client identifier that is connected already, or for which several come at once.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttTakeOver : public DoorTest {
 protected:
  /// The client "c", to whom more was sent than there is room for on its way, and who does not read.
  Peer& open_deaf() {
    Peer& deaf = open(lasting("c"));
    EXPECT_EQ(deaf.subscribe("t", 0), 0);
    deaf.stop_reading();
    Peer& publisher = open("publisher");
    std::string payload(4'096, 'x');
    for (int i = 0; i < 100; ++i) EXPECT_EQ(publisher.publish("t", payload), ReasonCode::kSuccess);
    return deaf;
  }
  static Will will_of(std::string_view topic) {
    return {.properties = {}, .topic = topic, .payload = as_bytes("gone")};
  }
};

TEST_F(MqttTakeOver, ASessionIsTakenFromAClientThatDoesNotReadAnyMore) {
  open_deaf();
  Peer& next = connect();
  next.send(lasting("c"));
  EXPECT_EQ(next.next<ConnAck>().code, 0);
}

TEST_F(MqttTakeOver, OfSeveralThatWaitForASessionTheLastOneGetsIt) {
  open_deaf();
  std::vector<Peer*> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(&connect());
    all.back()->send(lasting("c"));
    simulation_.run_for(std::chrono::milliseconds(100));
  }
  Peer& last = *all.back();
  EXPECT_EQ(last.next<ConnAck>().code, 0);
  EXPECT_EQ(last.subscribe("t", 1), 1);
  simulation_.run_for(std::chrono::seconds(15));
  EXPECT_FALSE(last.ended());
  all.pop_back();
  for (Peer* one : all) EXPECT_TRUE(one->ended());
}

// MQTT 5, 3.1.2.5: when its delay is over or the session ends, whichever is first; not when the client comes back.
TEST_F(MqttTakeOver, AWillThatWaitsForItsDelayIsPublishedOnceWhenItsSessionEnds) {
  Peer& watcher = open("watcher");
  EXPECT_EQ(watcher.subscribe("w", 0), 0);
  Connect with_will = lasting("c");
  with_will.will = will_of("w");
  with_will.will->properties.will_delay_s = 10;
  open(with_will).cut();
  simulation_.run_for(std::chrono::seconds(1));
  open(with_will).cut();
  EXPECT_FALSE(watcher.hears_something(std::chrono::seconds(5)));
  open(lasting("c", "guest", true));
  EXPECT_TRUE(watcher.hears_something(std::chrono::seconds(1)));
  EXPECT_EQ(watcher.message(), "gone");
  EXPECT_FALSE(watcher.hears_something(std::chrono::seconds(20)));
}

// Its delay is cut to what the session lives: both are over in the same moment.
TEST_F(MqttTakeOver, AWillThatIsDueWhenItsSessionExpiresIsPublishedOnce) {
  Peer& watcher = open("watcher");
  EXPECT_EQ(watcher.subscribe("w", 0), 0);
  constexpr int kClients = 20;
  for (int i = 0; i < kClients; ++i) {
    std::string name = fmt::format("c{}", i);
    Connect with_will = lasting(name);
    with_will.properties.session_expiry_s = 10;
    with_will.will = will_of("w");
    with_will.will->properties.will_delay_s = 100;
    open(with_will).cut();
  }
  int heard = 0;
  while (watcher.hears_something(std::chrono::seconds(200))) {
    EXPECT_EQ(watcher.message(), "gone");
    ++heard;
  }
  EXPECT_EQ(heard, kClients);
}

TEST_F(MqttTakeOver, WhoIsTakenOverBeforeItsConnAckLeavesNoWill) {
  Peer& watcher = open("watcher");
  EXPECT_EQ(watcher.subscribe("w", 0), 0);
  int connected = 0;
  constexpr int kTries = 60;
  for (int i = 0; i < kTries; ++i) {
    Connect with_delay = lasting("c", "guest", true);
    with_delay.will = will_of("delayed");
    with_delay.will->properties.will_delay_s = 1'000;
    open(with_delay).cut();
    simulation_.run_for(std::chrono::seconds(1));
    Peer& second = connect();
    Peer& third = connect();
    Connect with_will = lasting("c");
    with_will.will = will_of("w");
    second.add(with_will).start_sending();
    simulation_.run_for(std::chrono::microseconds(i * 100));
    third.send(lasting("c"));
    EXPECT_EQ(third.next<ConnAck>().code, 0);
    bool was_connected = second.hears_something(std::chrono::seconds(1)) && second.next_is(kConnAck);
    connected += was_connected ? 1 : 0;
    second.cut();  // if it came last
    EXPECT_EQ(watcher.hears_something(std::chrono::seconds(1)), was_connected) << i;
    if (watcher.hears_something(std::chrono::seconds(0))) watcher.message();
  }
  EXPECT_GT(connected, 0);
  EXPECT_LT(connected, kTries);
}

}  // namespace
}  // namespace wharf::mqtt
