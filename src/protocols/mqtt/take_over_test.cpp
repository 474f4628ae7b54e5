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

}  // namespace
}  // namespace wharf::mqtt
