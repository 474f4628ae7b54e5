// Who is silent, and who is only not listened to.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using namespace std::chrono_literals;

class StompHeartBeat : public DoorTest {
 protected:
  StompHeartBeat() : DoorTest({.unsent_bytes = 1'000}) {}
  static constexpr Header kOften{"heart-beat", "200,0"};

  /// As often as it promised.
  void beat_for(Peer& peer, Nanoseconds time) {
    for (Nanoseconds passed{}; passed < time; passed += 100ms) {
      simulation_.run_for(100ms);
      if (!peer.ended()) peer.beat();
    }
  }
};

TEST_F(StompHeartBeat, AClientThatIsSilentIsLeft) {
  Peer& peer = open({kOften});
  beat_for(peer, 2s);
  EXPECT_FALSE(peer.ended());
  EXPECT_TRUE(peer.until([&] { return peer.ended(); }, 2s));
}

TEST_F(StompHeartBeat, WhoseFrameTakesItsTimeIsNotSilent) {
  Peer& peer = open({kOften});
  peer.publish("/queue/a", "");
  queues_->is_holding = true;
  peer.send("BEGIN", {{"transaction", "t"}});
  peer.send("SEND", {{"destination", "/queue/a"}, {"transaction", "t"}});
  peer.send("COMMIT", {{"transaction", "t"}, {"receipt", "committed"}});
  beat_for(peer, 2s);
  queues_->let_go();
  EXPECT_EQ(peer.receipt(), "committed");
}

TEST_F(StompHeartBeat, WhoIsSlowToReadIsNotSilent) {
  Peer& peer = open({kOften});
  simulation_.network().cut("broker", "clients");
  for (const char* name : {"a", "b", "c", "d"})
    peer.add("BEGIN", {{"transaction", name}, {"receipt", name + std::string(60'000, 'x')}});
  peer.start_sending();
  beat_for(peer, 2s);
  simulation_.network().heal();
  for (const char* name : {"a", "b", "c", "d"}) EXPECT_EQ(peer.receipt().substr(0, 1), name);
}

}  // namespace
}  // namespace wharf::stomp
