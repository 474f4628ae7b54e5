// What a connection may have on its way before it is read from no more.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

class StompBackPressure : public DoorTest {
 protected:
  StompBackPressure() : DoorTest({.unanswered_bytes = 500'000}) {}
};

TEST_F(StompBackPressure, HeadersAreHeldBackForLikeBodies) {
  constexpr std::size_t kMessages = 100, kHeaderBytes = 60'000;
  Peer& peer = open();
  peer.publish("/queue/a", "");
  queues_->is_holding = true;
  const std::string long_text(kHeaderBytes, 'x');
  for (std::size_t i = 0; i < kMessages; ++i)
    peer.add("SEND", {{"destination", "/queue/a"}, {"persistent", "true"}, {"note", long_text}});
  const std::size_t before = peer.bytes_taken();
  peer.start_sending();
  simulation_.run_for(std::chrono::seconds(5));
  EXPECT_LT(peer.bytes_taken() - before, kMessages * kHeaderBytes / 4);
  queues_->let_go();
  EXPECT_TRUE(peer.until([&] { return counts("a")->ready == kMessages + 1; }));
}

}  // namespace
}  // namespace wharf::stomp
