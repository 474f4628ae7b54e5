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

}  // namespace
}  // namespace wharf::mqtt
