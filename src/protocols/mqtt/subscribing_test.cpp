// How much one packet may ask for.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttSubscribing : public DoorTest {
 protected:
  MqttSubscribing() : DoorTest({.subscriptions = 10}) {}
};

TEST_F(MqttSubscribing, APacketWithMoreFiltersThanAClientMayHaveIsRefusedAsAWhole) {
  std::vector<FilterRequest> filters(10, FilterRequest{"a", 0});
  Peer& peer = open("c");
  peer.send(Subscribe{.packet_id = 1, .properties = {}, .filters = filters});
  EXPECT_EQ(peer.next<SubAck>().codes.size(), 10u);
  filters.push_back({"a", 0});
  peer.send(Subscribe{.packet_id = 1, .properties = {}, .filters = filters});
  EXPECT_EQ(peer.next<Disconnect>().reason, ReasonCode::kQuotaExceeded);
  Peer& other = open("c");
  other.send(Unsubscribe{.packet_id = 1, .properties = {}, .filters = std::vector<std::string_view>(11, "a")});
  EXPECT_EQ(other.next<Disconnect>().reason, ReasonCode::kQuotaExceeded);
}

TEST_F(MqttSubscribing, RetainedMessagesOfOneFilterWaitOnceHoweverOftenItIsSubscribedTo) {
  constexpr int kMessages = 200;
  Peer& publisher = open("publisher");
  std::string large(1'000, 'x');
  for (int i = 0; i < kMessages; ++i)
    EXPECT_FALSE(is_failure(publisher.publish("r/" + std::to_string(i), large, true)));
  Peer& reader = open("reader");
  constexpr int kTimes = 30;
  for (int i = 0; i < kTimes; ++i) reader.add(Subscribe{.packet_id = 1, .properties = {}, .filters = {{"r/#", 0}}});
  reader.stop_reading();
  reader.start_sending();
  simulation_.run_for(std::chrono::seconds(5));
  reader.go_on_reading();
  int answers = 0, messages = 0;
  while (reader.hears_something(std::chrono::seconds(2))) {
    if (reader.next_is(kSubAck)) {
      reader.next<SubAck>();
      ++answers;
    } else {
      reader.next<Publish>();
      ++messages;
    }
  }
  EXPECT_EQ(answers, kTimes);
  EXPECT_GE(messages, kMessages);
  EXPECT_LE(messages, 4 * kMessages) << "one that had begun, and the last";
}

}  // namespace
}  // namespace wharf::mqtt
