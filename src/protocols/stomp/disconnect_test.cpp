// What a DISCONNECT's receipt promises.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

class StompDisconnect : public DoorTest {
 protected:
  /// With a message of its queue `a`, whose name it returns.
  std::string hold_one(Peer& peer) {
    peer.publish("/queue/a", "once", {{"persistent", "true"}});
    peer.subscribe("1", "/queue/a", {{"ack", "client-individual"}});
    return peer.next("MESSAGE").header("ack");
  }
};

TEST_F(StompDisconnect, ItsReceiptSaysThatWhatWasAcknowledgedIsOnDisk) {
  Peer& peer = open();
  const std::string held = hold_one(peer);
  peer.send("ACK", {{"id", held}});
  peer.send("DISCONNECT", {{"receipt", "bye"}});
  EXPECT_EQ(peer.receipt(), "bye");
  kill();
  EXPECT_EQ(counts("a")->ready, 0u);
}

TEST_F(StompDisconnect, ItsReceiptSaysSoOfASubscriptionThatHasEnded) {
  Peer& peer = open();
  const std::string held = hold_one(peer);
  peer.add("ACK", {{"id", held}}).add("UNSUBSCRIBE", {{"id", "1"}}).add("DISCONNECT", {{"receipt", "bye"}});
  peer.send_added();
  EXPECT_EQ(peer.receipt(), "bye");
  kill();
  EXPECT_EQ(counts("a")->ready, 0u);
}

}  // namespace
}  // namespace wharf::stomp
